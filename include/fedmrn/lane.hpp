// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "fedmrn/device_pointer.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// A lane's place in its client's local training; lives in device memory, so that kernels of a
/// captured graph find it there. samples == 0: the lane is idle and every kernel passes it by.
struct LaneState {
    std::uint64_t seed = 0;    ///< s_k,t, the key of all that the client draws this round
    std::uint64_t first = 0;   ///< the client's first entry in the sample order
    std::uint32_t count = 0;   ///< N_k
    std::uint32_t step = 0;    ///< local steps done; the current one is τ = step + 1
    std::uint32_t steps = 0;   ///< S = epochs · ⌈N_k / batch⌉
    std::uint32_t samples = 0; ///< samples in the current batch; the last one may be short
};

/// What a lane has counted of a loss or a metric, over all rows that it has seen.
struct LaneMetrics {
    double sum = 0;         ///< of what a row has: its loss, its distance
    std::uint64_t hits = 0; ///< rows that are right
    std::uint64_t rows = 0;
    LaneMetrics& operator+=(const LaneMetrics& more) {
        sum += more.sum;
        hits += more.hits;
        rows += more.rows;
        return *this;
    }
};

/// A view of an array that every lane has for itself: lane l's begins at data + l · stride. A
/// stride of 0 lets all lanes share one.
template <class T> struct PerLane {
    DevicePointer<T> data;
    std::size_t stride = 0;
    [[nodiscard]] DevicePointer<T> operator[](std::size_t lane) const {
        return data + lane * stride;
    }
    [[nodiscard]] PerLane at(std::size_t offset) const { return {data + offset, stride}; }
    operator PerLane<const T>() const { return {data, stride}; }
};

} // namespace fedmrn
#pragma GCC visibility pop
