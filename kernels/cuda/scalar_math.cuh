// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/multiply.cuh"

namespace fedmrn::kernels::cuda {

/// Float32 products, rounded once an fma. A thread holds 8 × 4 results: rows 4 · i … and half a
/// tile further, so that a warp's reads of shared memory meet no bank twice.
template <class Tile_, Along along_a, Along along_b> struct ScalarMath {
    using Shape = Tile_;
    static constexpr unsigned depth = 16;

    template <unsigned extent, Along along> struct Slice {
        alignas(16) float v[depth][extent + 4];
        __device__ __forceinline__ void put(unsigned row, unsigned k, const Quad& quad) {
            if constexpr (along == Along::rows) {
                *reinterpret_cast<Four<float>*>(&v[k][row]) = {
                    {quad.v[0], quad.v[1], quad.v[2], quad.v[3]}};
            } else {
                for (unsigned i = 0; i < 4; ++i) {
                    v[k + i][row] = quad.v[i];
                }
            }
        }
        __device__ __forceinline__ Four<float> four(unsigned k, unsigned row) const {
            return *reinterpret_cast<const Four<float>*>(&v[k][row]);
        }
    };
    using SliceA = Slice<Shape::rows, along_a>;
    using SliceB = Slice<Shape::columns, along_b>;

    static constexpr unsigned across = Shape::columns / 4; ///< threads along a row of the tile
    float sums[8][4] = {};

    static __device__ unsigned column() { return threadIdx.x % across * 4; }
    static __device__ unsigned row(unsigned i) {
        return threadIdx.x / across * 4 + i % 4 + i / 4 * (Shape::rows / 2);
    }

    __device__ __forceinline__ void add(const SliceA& a, const SliceB& b) {
        FEDMRN_UNROLL
        for (unsigned k = 0; k < depth; ++k) {
            const Four<float> low = a.four(k, row(0)), high = a.four(k, row(4));
            const Four<float> right = b.four(k, column());
            FEDMRN_UNROLL
            for (unsigned i = 0; i < 4; ++i) {
                FEDMRN_UNROLL
                for (unsigned j = 0; j < 4; ++j) {
                    sums[i][j] = fmaf(low.v[i], right.v[j], sums[i][j]);
                    sums[i + 4][j] = fmaf(high.v[i], right.v[j], sums[i + 4][j]);
                }
            }
        }
    }
    template <class T>
    __device__ void store(const Result<T>& result, std::uint32_t first_row,
                          std::uint32_t first_column) {
        FEDMRN_UNROLL
        for (unsigned i = 0; i < 8; ++i) {
            result.store(first_row + row(i), first_column + column(), sums[i]);
        }
    }
};

} // namespace fedmrn::kernels::cuda
