// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/fragments.cuh"

namespace fedmrn::kernels::cuda {

/// The results of a tile in the registers of its block's warps: a warp holds 64 × 32 of a large
/// tile, else 32 × 32.
template <class Tile_> class WarpResults {
public:
    using Shape = Tile_;
    static constexpr unsigned warp_rows = Shape::rows * Shape::columns >= 128 * 64 ? 64 : 32;
    static constexpr unsigned warp_columns = 32;
    static constexpr unsigned threads =
        Shape::rows / warp_rows * (Shape::columns / warp_columns) * 32;
    /// Blocks that must fit on a multiprocessor: a bound on registers that leaves no spills, 168 a
    /// thread with 64 results, 128 with 32.
    static constexpr unsigned resident = (warp_rows == 64 ? 384 : 512) / threads;

    /// dealt: whether A's rows were (fragments.cuh).
    template <bool dealt, class T>
    __device__ __forceinline__ void store_rows(const Result<T>& result, std::uint32_t first_row,
                                               std::uint32_t first_column) const {
        const unsigned high = threadIdx.x % 32 / 4, low = threadIdx.x % 4;
        FEDMRN_UNROLL
        for (unsigned i = 0; i < warp_rows / 8; ++i) {
            const unsigned r = i / 2 * 16 + (dealt ? 2 * high + i % 2 : i % 2 * 8 + high);
            FEDMRN_UNROLL
            for (unsigned j = 0; j < warp_columns / 8; ++j) {
                const TileSums& tile = sums_[i / 2][j];
                const float pair[2] = {tile[i % 2 * 2], tile[i % 2 * 2 + 1]};
                result.store(first_row + row() + r, first_column + column() + 8 * j + 2 * low,
                             pair);
            }
        }
    }

protected:
    /// The warp's first row and column in the tile.
    static __device__ unsigned row() {
        return threadIdx.x / 32 / (Shape::columns / warp_columns) * warp_rows;
    }
    static __device__ unsigned column() {
        return threadIdx.x / 32 % (Shape::columns / warp_columns) * warp_columns;
    }
    /// Adds the products of one instruction's depth, at k of a slice of B; load_a(to, i) loads A's
    /// factors of the warp's rows 16 · i ….
    template <class Factor, class SliceB, class LoadA>
    __device__ __forceinline__ void add(const SliceB& b, unsigned k, const LoadA& load_a) {
        std::uint32_t left[warp_rows / 16][4], right[warp_columns / 8][2];
        FEDMRN_UNROLL
        for (unsigned i = 0; i < warp_rows / 16; ++i) {
            load_a(left[i], i);
        }
        FEDMRN_UNROLL
        for (unsigned j = 0; j < warp_columns / 16; ++j) {
            b.load_b(right + 2 * j, column() + 16 * j, k);
        }
        FEDMRN_UNROLL
        for (unsigned i = 0; i < warp_rows / 16; ++i) {
            FEDMRN_UNROLL
            for (unsigned j = 0; j < warp_columns / 8; ++j) {
                Factor::multiply(sums_[i][j], left[i], right[j]);
            }
        }
    }

private:
    TileSums sums_[warp_rows / 16][warp_columns / 8] = {};
};

} // namespace fedmrn::kernels::cuda
