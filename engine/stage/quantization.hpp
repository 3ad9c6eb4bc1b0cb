// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fedmrn/config.hpp"
#include "fedmrn/model.hpp"
#include "fedmrn/schema.hpp"
#include "kernels/formula/affine.hpp"

// What the stages share that make integers of weights: their keys, and which elements have a scale
// together.
namespace fedmrn {

struct QuantizationOptions {
    enum class Per { channel, tensor };
    std::uint32_t bits = 8;
    Per per = Per::channel;
    bool symmetric = true;
    formula::Calibration range = formula::Calibration::minmax;
    double percentile = 99.9;
    std::string schedule; ///< "20:6, 40:4"
    std::string layers;   ///< "conv1.weight:8"
};

/// What a configuration says to its stage of this name.
Options options_of(const Config& config, const std::string& stage);

/// The schema of a stage of this name whose options derive from these.
template <class Derived> Schema<Derived> quantization_schema(const std::string& stage) {
    using enum formula::Calibration;
    const auto calibrated = [stage](const Config& config) {
        const Options said = options_of(config, stage);
        const auto range = said.find("range");
        return range != said.end() && range->second == KeyValue(std::string("percentile"));
    };
    return Schema<Derived>()
        .integer("bits", &Derived::bits, 2, 8, "of a weight")
        .word("per", &Derived::per,
              {{"channel", QuantizationOptions::Per::channel},
               {"tensor", QuantizationOptions::Per::tensor}},
              "what has a scale of its own: an output channel, or a whole tensor")
        .boolean("symmetric", &Derived::symmetric,
                 "integers around 0, else from the least weight on, with a zero point")
        .word("range", &Derived::range,
              {{"minmax", minmax}, {"percentile", percentile}, {"mse", mse}},
              "what is not clipped: all weights, a percentile of the magnitudes, or what makes the "
              "least squared error")
        .number("percentile", &Derived::percentile, {'(', 0, 100, ']'}, "of the magnitudes")
        .when({"range = percentile", calibrated})
        .text("schedule", &Derived::schedule,
              "other bits from a round on, as in \"20:6, 40:4\"; empty: none")
        .text(
            "layers", &Derived::layers,
            "tensors with bits of their own in all rounds, as in \"conv1.weight:8\"; empty: none");
}

/// Why a schedule or a list of layers is none, in a few words; empty: both can be read.
std::string quantization_fault(const QuantizationOptions& options);

/// "8 bits a weight, per channel, symmetric".
std::string quantization_text(const QuantizationOptions& options);

/// The masked tensors of a model, and how each is quantized in each round.
class QuantizedTensors {
public:
    /// `groups` of `size` neighbouring elements: output channels, the first axis of every layout.
    struct Tensor {
        std::size_t offset = 0; ///< in the state
        std::size_t groups = 0, size = 0;
        std::optional<std::uint32_t> bits = {}; ///< of its own
        [[nodiscard]] std::size_t elements() const { return groups * size; }
    };
    /// Throws Error, one line, for options that are none, or tensors that the model has not.
    QuantizedTensors(const std::string& stage, const QuantizationOptions& options,
                     const ParameterLayout& layout);

    [[nodiscard]] const std::vector<Tensor>& all() const { return tensors_; }
    /// Scales of all tensors.
    [[nodiscard]] std::size_t groups() const;
    /// Of each tensor.
    [[nodiscard]] std::vector<formula::AffineRule> rules(std::uint32_t round) const;

private:
    QuantizationOptions options_;
    std::vector<Tensor> tensors_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> schedule_; ///< from a round on, bits
};

} // namespace fedmrn
