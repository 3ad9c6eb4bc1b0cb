// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/stage/quantization.hpp"
#include "engine/stage/stage.hpp"

namespace fedmrn {

struct QuantizeOptions : QuantizationOptions {
    bool error_feedback = false;
};

/// The model is sent with its masked tensors as integers of 2 … 8 bits: the codes of each tensor,
/// in whole words of 32 bits; then a float32 scale for each group, then, where asymmetric, a byte
/// each with its zero point; then all other values of the state, few, as float32.
class Quantize final : public Stage, public ModelCodec {
public:
    /// Throws Error as QuantizedTensors does.
    Quantize(const QuantizeOptions& options, const ParameterLayout& layout);
    [[nodiscard]] const ModelCodec* model_codec() const override { return this; }
    [[nodiscard]] std::vector<std::byte> encode(Device& device,
                                                const RoundContext& round) const override;
    void decode(Device& device, std::uint32_t round, std::span<const std::byte> bytes,
                DevicePointer<float> model) const override;
    [[nodiscard]] std::size_t fed_back() const override {
        return options_.error_feedback ? layout_.masked : 0;
    }

private:
    [[nodiscard]] std::size_t words(std::span<const formula::AffineRule> rules) const;

    QuantizeOptions options_;
    ParameterLayout layout_;
    QuantizedTensors tensors_;
};

} // namespace fedmrn
