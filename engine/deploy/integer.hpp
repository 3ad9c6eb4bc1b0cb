// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/deploy/quantize.hpp"

namespace fedmrn {

class Device;

/// A quantized graph in integers on the CPU. Every value but the output is bytes; products are
/// bytes times int8 in exact sums of 32 bits. A sum becomes a byte by
///
///     clip(round(sum · (s · scales[o] / s')) + z'), to the nearest, ties to even,
///
/// with s, s' and z' of the layer's input and output, all in float32 and in this order; the output
/// is sum · (s · scales[o]). Other operations compute on x̂ in float32, in the order of their
/// elements, and are rounded by the rule of their output. So a result is the same bits on every
/// processor.
class IntegerInference {
public:
    IntegerInference(const InferenceGraph& graph, const Quantization& integers);
    ~IntegerInference();
    IntegerInference(const IntegerInference&) = delete;
    IntegerInference& operator=(const IntegerInference&) = delete;

    /// The output for x [samples][elements of the input], at least one sample.
    [[nodiscard]] const std::vector<float>& run(std::span<const float> x);
    /// The bytes of a value in the last run.
    [[nodiscard]] std::span<const std::uint8_t> bytes(std::size_t value) const {
        return values_[value];
    }

private:
    void compute(std::size_t index, std::size_t samples); ///< of the node
    void layer(const InferenceNode& node, const QuantizedLayer& integers, std::size_t samples);
    void pool(const InferenceNode& node, std::size_t samples);
    void in_float(const InferenceNode& node, std::size_t samples);
    /// x̂ of element i of a value.
    [[nodiscard]] float value(std::size_t of, std::size_t i) const;
    /// Puts a float in its place: a byte, or of the output itself.
    void put(std::size_t to, std::size_t i, float v);

    const InferenceGraph& graph_;
    const Quantization& integers_;
    std::unique_ptr<Device> device_;
    std::vector<std::vector<std::uint8_t>> values_;
    std::vector<std::int32_t> sums_;
    std::vector<float> output_;
};

} // namespace fedmrn
