// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/cuda/grid.cuh"
#include "kernels/formula/lane.hpp"

// Losses of rows of logits: a block a lane, a team of threads a row, which add up in a fixed order.
namespace fedmrn::kernels::cuda {

inline constexpr unsigned rows_at_once = 64; ///< of a block, each a team of threads
inline constexpr std::uint32_t at_once = 8;  ///< logits that a thread reads before it uses them

/// The largest logit and its first place.
struct Largest {
    float value;
    std::uint32_t place;
};

__device__ __forceinline__ Largest larger(const Largest& a, const Largest& b) {
    return b.value > a.value || (b.value == a.value && b.place < a.place) ? b : a;
}

/// Calls body(class, logit) for a thread's classes of a row, every team-th.
template <unsigned team, class Body>
__device__ __forceinline__ void visit(const float* z, std::uint32_t classes, const Body& body) {
    for (std::uint32_t first = threadIdx.x % team; first < classes; first += team * at_once) {
        float logits[at_once];
        FEDMRN_UNROLL
        for (std::uint32_t i = 0; i < at_once; ++i) {
            const std::uint32_t c = first + i * team;
            logits[i] = c < classes ? z[c] : 0.0f;
        }
        FEDMRN_UNROLL
        for (std::uint32_t i = 0; i < at_once; ++i) {
            if (first + i * team < classes) {
                body(first + i * team, logits[i]);
            }
        }
    }
}

template <unsigned team> __device__ __forceinline__ Largest largest_of_team(Largest best) {
    FEDMRN_UNROLL
    for (int step = team / 2; step > 0; step /= 2) {
        best = larger(best, {__shfl_xor_sync(0xffffffffu, best.value, step),
                             __shfl_xor_sync(0xffffffffu, best.place, step)});
    }
    return best;
}

/// Of the threads with the same number in their group of `from` threads.
template <unsigned to, unsigned from = 1, class T> __device__ __forceinline__ T sum_of(T value) {
    FEDMRN_UNROLL
    for (int step = to / 2; step >= static_cast<int>(from); step /= 2) {
        value += __shfl_xor_sync(0xffffffffu, value, step);
    }
    return value;
}

/// Adds the losses and hits that each team of a block has to its lane's tally: the teams' in a
/// fixed order, so that the sum is the same at any number of lanes. All threads of the block call
/// it.
template <unsigned team>
__device__ __forceinline__ void add_to_tally(double loss, std::uint32_t hits, std::uint32_t rows,
                                             const LaneMetrics& before, LaneMetrics* tally) {
    constexpr unsigned warps = rows_at_once * team / warp_size;
    FEDMRN_SHARED(double, losses, [warps]);
    FEDMRN_SHARED(std::uint32_t, right, [warps]);
    const unsigned warp = threadIdx.x / warp_size;
    loss = sum_of<warp_size, team>(loss);
    hits = sum_of<warp_size, team>(hits);
    if (threadIdx.x % warp_size == 0) {
        losses[warp] = loss;
        right[warp] = hits;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        for (unsigned w = 1; w < warps; ++w) {
            loss += losses[w];
            hits += right[w];
        }
        *tally = before;
        tally->sum += loss;
        tally->hits += hits;
        tally->rows += rows;
    }
}

/// Calls launch.operator()<threads a row>() for so many classes.
template <class Launch> void with_team(std::size_t classes, const Launch& launch) {
    classes <= 4 * at_once ? launch.template operator()<4>() : launch.template operator()<16>();
}

} // namespace fedmrn::kernels::cuda
