// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

enum class Pool : std::uint8_t { max, average };

/// Images x [lanes][batch][height][width][channels] plus a bias a channel, then ReLU, then a pool
/// over windows of window × window elements, `stride` apart and without padding, in one go. y
/// [lanes][batch][out_height][out_width][channels]; rows and columns that do not fill a window are
/// dropped, as PyTorch does. With window and stride 1 it is bias and ReLU alone.
struct PoolingShape {
    std::size_t lanes = 1, batch = 1;
    std::size_t height = 1, width = 1, channels = 1;
    Pool pool = Pool::max;
    std::size_t window = 2; ///< 1 … 15, at most height and width
    std::size_t stride = 2; ///< ≥ 1
    bool relu = false;
    Real real = Real::f32; ///< of x, y and their gradients; sums are float32
    [[nodiscard]] std::size_t out_height() const { return windows(height); }
    [[nodiscard]] std::size_t out_width() const { return windows(width); }

private:
    [[nodiscard]] std::size_t windows(std::size_t side) const {
        return side < window ? 0 : (side - window) / stride + 1;
    }
};

/// Null bias: none. chosen [of y] receives which element of a window was the largest, row by row
/// and of equals the first; null: not kept; an average writes none.
inline constexpr Contract<void(Device& device, const PoolingShape& shape,
                               DevicePointer<const LaneState> states, DevicePointer<const void> x,
                               PerLane<const float> bias, DevicePointer<void> y,
                               DevicePointer<std::uint8_t> chosen)>
    pooling_forward{"pooling_forward", Exactness::bits};

/// dx from dy, and dbias = Σ dx over samples and pixels before dx is rounded to its type; null
/// dbias: not wanted. x, y and chosen as forward left them; a max-pool does not read x, an average
/// does not read y; null chosen: the window is 1. formula::bias_chunk has the order of the sum.
inline constexpr Contract<void(
    Device& device, const PoolingShape& shape, DevicePointer<const LaneState> states,
    DevicePointer<const void> x, PerLane<const float> bias, DevicePointer<const void> y,
    DevicePointer<const std::uint8_t> chosen, DevicePointer<const void> dy, DevicePointer<void> dx,
    PerLane<float> dbias)>
    pooling_backward{"pooling_backward", Exactness::bits};

} // namespace fedmrn::kernels
