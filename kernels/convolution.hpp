// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// Stride-1 convolution of images x [lanes][batch][height][width][in] with every lane's own weights
/// [out][kernel][kernel][in]; y [lanes][batch][height'][width'][out], height' = height + 2·padding
/// − kernel + 1. Only a lane's first `samples` images are read and written.
struct ConvolutionShape {
    std::size_t lanes = 1, batch = 1;
    std::size_t height = 1, width = 1, in = 1, out = 1, kernel = 3, padding = 1;
    Real real = Real::f32; ///< of x, y and their gradients
    [[nodiscard]] std::size_t out_height() const { return height + 2 * padding - kernel + 1; }
    [[nodiscard]] std::size_t out_width() const { return width + 2 * padding - kernel + 1; }
    [[nodiscard]] std::size_t weights() const { return out * kernel * kernel * in; }
    bool operator==(const ConvolutionShape&) const = default;
};

/// y = x ∗ w.
inline constexpr Contract<void(Device& device, const ConvolutionShape& shape,
                               DevicePointer<const LaneState> states, DevicePointer<const void> x,
                               PerLane<const float> w, DevicePointer<void> y)>
    convolution_forward{"convolution_forward", Exactness::tolerance};

/// dx from dy.
inline constexpr Contract<void(Device& device, const ConvolutionShape& shape,
                               DevicePointer<const LaneState> states, DevicePointer<const void> dy,
                               PerLane<const float> w, DevicePointer<void> dx)>
    convolution_backward_data{"convolution_backward_data", Exactness::tolerance};

/// dw from x and dy, summed over the batch.
inline constexpr Contract<void(Device& device, const ConvolutionShape& shape,
                               DevicePointer<const LaneState> states, DevicePointer<const void> x,
                               DevicePointer<const void> dy, PerLane<float> dw)>
    convolution_backward_weights{"convolution_backward_weights", Exactness::tolerance};

} // namespace fedmrn::kernels
