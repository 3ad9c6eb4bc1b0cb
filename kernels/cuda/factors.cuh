// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/cuda.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/formula/low_rank.hpp"

// Sums in the order of formula::sum_rows, and matrices in tiles of 32 × 32 elements.
namespace fedmrn::kernels::cuda {

/// A tile's first element.
struct Tile {
    std::size_t row, column;
};

inline std::size_t tiles_of(std::size_t rows, std::size_t columns) {
    return divide_up(rows, warp_size) * divide_up(columns, warp_size);
}
/// The block's.
__device__ __forceinline__ Tile own_tile(std::size_t columns) {
    const std::size_t across = (columns + warp_size - 1) / warp_size;
    return {blockIdx.x / across * warp_size, blockIdx.x % across * warp_size};
}

/// Thread t of the warp holds partial sum t. The sum is thread 0's; the others get no sum.
template <class T> __device__ __forceinline__ T add_halves(T own) {
    static_assert(formula::sum_rows == warp_size);
    FEDMRN_UNROLL
    for (unsigned half = warp_size / 2; half > 0; half /= 2) {
        own += __shfl_down_sync(0xffffffffu, own, half);
    }
    return own;
}

/// A block of 8 warps that adds `results` sums for each of 32 neighbouring columns: the warp's
/// thread is the column, and warp w holds the partial sums w, w + 8, w + 16 and w + 24.
template <unsigned results> struct ColumnSums {
    static constexpr unsigned warps = 8, rows = formula::sum_rows / warps;
    float own[rows][results] = {};

    /// The sums, [results][32] in shared memory until the next call; for the whole block.
    __device__ const float* total() {
        FEDMRN_SHARED(float, partial, [warps * results * warp_size]);
        static_assert(rows == 4);
        const unsigned warp = threadIdx.x / warp_size, thread = threadIdx.x % warp_size;
        float* mine = partial + warp * results * warp_size + thread;
        __syncthreads(); // what the last call returned has been read
        FEDMRN_UNROLL
        for (unsigned c = 0; c < results; ++c) {
            mine[c * warp_size] = (own[0][c] + own[2][c]) + (own[1][c] + own[3][c]);
        }
        for (unsigned half = warps / 2; half > 0; half /= 2) {
            __syncthreads();
            if (warp < half) {
                FEDMRN_UNROLL
                for (unsigned c = 0; c < results; ++c) {
                    mine[c * warp_size] += mine[(half * results + c) * warp_size];
                }
            }
        }
        __syncthreads();
        return partial;
    }
};

} // namespace fedmrn::kernels::cuda
