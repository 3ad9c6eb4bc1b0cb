// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/stage/quantization.hpp"
#include "engine/stage/stage.hpp"

namespace fedmrn {

/// Quantization-aware local training (Jacob et al., CVPR 2018): each step runs on weights that were
/// quantized and dequantized, in ranges of the weights of the moment. The gradient passes straight
/// through (Bengio et al., 2013) to what is trained in float32, but for weights that were clipped,
/// whose gradient is 0. Put to use, the masked tensors are what a step would run on.
class Qat final : public Stage {
public:
    /// Throws Error as QuantizedTensors does.
    Qat(const QuantizationOptions& options, const ParameterLayout& layout);
    /// A rule for each tensor.
    [[nodiscard]] RoundData round_data(Device& device, const RoundContext& round) const override;
    /// A lane's scales of all tensors, then, where weights are clipped, a bit each.
    [[nodiscard]] std::size_t scratch() const override;
    void on_weights(Device& device, const LocalStep& step) const override;
    void on_weight_gradient(Device& device, const LocalStep& step) const override;
    [[nodiscard]] bool deploys() const override { return true; }
    void on_deployment(Device& device, std::uint32_t round,
                       DevicePointer<float> weights) const override;

private:
    [[nodiscard]] PerLane<std::uint32_t> clipped(const LocalStep& step) const;

    bool clips_;
    QuantizedTensors tensors_;
};

} // namespace fedmrn
