// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// BatchNorm over images x [lanes][batch][height][width][channels], then ReLU, then a max-pool with
/// window and stride `pool`, in one go. A lane's statistics are over its own samples × height ×
/// width values. y [lanes][batch][height / pool][width / pool][channels]; rows and columns that do
/// not fill a window are dropped, as PyTorch does.
struct BatchnormShape {
    std::size_t lanes = 1, batch = 1;
    std::size_t height = 1, width = 1, channels = 1;
    bool relu = false;
    std::size_t pool = 1; ///< 1: none; at most 15
    Real real = Real::f32;
    [[nodiscard]] std::size_t out_height() const { return height / pool; }
    [[nodiscard]] std::size_t out_width() const { return width / pool; }
};

/// The parameters of a layer, each one value a channel.
struct BatchnormParameters {
    PerLane<const float> gamma, beta;
};

/// Training: batch statistics (biased variance) normalise; running ← 0.9 · running + 0.1 · batch
/// (unbiased variance). mean and inverse [channels] keep 1/√(variance + ε) for the way back; chosen
/// [of y] keeps which element of a window was the largest, null where pool is 1.
inline constexpr Contract<void(
    Device& device, const BatchnormShape& shape, DevicePointer<const LaneState> states,
    DevicePointer<const void> x, BatchnormParameters parameters, PerLane<float> running_mean,
    PerLane<float> running_variance, PerLane<float> mean, PerLane<float> inverse,
    DevicePointer<void> y, DevicePointer<std::uint8_t> chosen)>
    batchnorm_forward{"batchnorm_forward", Exactness::tolerance};

/// Evaluation: running statistics normalise.
inline constexpr Contract<void(Device& device, const BatchnormShape& shape,
                               DevicePointer<const LaneState> states, DevicePointer<const void> x,
                               BatchnormParameters parameters, PerLane<const float> running_mean,
                               PerLane<const float> running_variance, DevicePointer<void> y)>
    batchnorm_inference{"batchnorm_inference", Exactness::tolerance};

/// dx, dγ and dβ from dy; x, y, chosen, mean and inverse as forward left them.
inline constexpr Contract<void(
    Device& device, const BatchnormShape& shape, DevicePointer<const LaneState> states,
    DevicePointer<const void> x, DevicePointer<const void> y,
    DevicePointer<const std::uint8_t> chosen, DevicePointer<const void> dy,
    BatchnormParameters parameters, PerLane<const float> mean, PerLane<const float> inverse,
    DevicePointer<void> dx, PerLane<float> dgamma, PerLane<float> dbeta)>
    batchnorm_backward{"batchnorm_backward", Exactness::tolerance};

} // namespace fedmrn::kernels
