// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/device.hpp"

namespace fedmrn::kernels::cuda {

inline constexpr unsigned warp_size = 32;

constexpr std::size_t divide_up(std::size_t n, std::size_t by) { return (n + by - 1) / by; }

/// A grid of `blocks` blocks for each lane; the lane is blockIdx.y. A grid without blocks is not
/// allowed, so an empty one has a block that finds nothing to do. depth: of blockIdx.z, an image or
/// a chunk of pixels.
inline dim3 lane_grid(std::size_t blocks, std::size_t lanes, std::size_t depth = 1) {
    return {static_cast<unsigned>(blocks == 0 ? 1 : blocks), static_cast<unsigned>(lanes),
            static_cast<unsigned>(depth == 0 ? 1 : depth)};
}

/// view[lane], for device code.
template <class T> __device__ __forceinline__ T* of_lane(const PerLane<T>& view, std::size_t lane) {
    return view.data.get() + lane * view.stride;
}

} // namespace fedmrn::kernels::cuda
