// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/multiply.cuh"
#include "kernels/cuda/tensor_cores.hpp"

namespace fedmrn::kernels::cuda {

/// How factors are stored for the tensor cores; sums are float32 in both.
struct Bf16Factor {
    using Stored = __nv_bfloat16;
    using Fragment = __nv_bfloat16;
    static constexpr unsigned step = 16, depth = 32, pad = 8;
    static __device__ Stored round(float x) { return __float2bfloat16_rn(x); }
};
struct Tf32Factor {
    using Stored = float;
    using Fragment = nvcuda::wmma::precision::tf32;
    static constexpr unsigned step = 8, depth = 16, pad = 4;
    static __device__ Stored round(float x) { return nvcuda::wmma::__float_to_tf32(x); }
};

/// Products on the tensor cores: a warp holds 32 × 32 results in 2 × 2 fragments.
template <class Factor, class Tile_, Along along_a, Along along_b> struct TensorMath {
    using Shape = Tile_;
    using Stored = typename Factor::Stored;
    static constexpr unsigned depth = Factor::depth;

    /// Shared memory has the operand's own direction, so that a quad stays a quad.
    template <unsigned extent, Along along> struct Slice {
        static constexpr bool deep = along == Along::depth;
        static constexpr unsigned stride = (deep ? depth : extent) + Factor::pad;
        alignas(32) Stored v[(deep ? extent : depth) * stride];
        __device__ __forceinline__ void put(unsigned row, unsigned k, const Quad& quad) {
            *reinterpret_cast<Four<Stored>*>(at(row, k)) = {
                {Factor::round(quad.v[0]), Factor::round(quad.v[1]), Factor::round(quad.v[2]),
                 Factor::round(quad.v[3])}};
        }
        __device__ __forceinline__ Stored* at(unsigned row, unsigned k) {
            return v + (deep ? row * stride + k : k * stride + row);
        }
        __device__ __forceinline__ const Stored* at(unsigned row, unsigned k) const {
            return v + (deep ? row * stride + k : k * stride + row);
        }
    };
    using SliceA = Slice<Shape::rows, along_a>;
    using SliceB = Slice<Shape::columns, along_b>;

    template <class Use, bool row_major>
    using Factors = nvcuda::wmma::fragment<
        Use, 16, 16, Factor::step, typename Factor::Fragment,
        std::conditional_t<row_major, nvcuda::wmma::row_major, nvcuda::wmma::col_major>>;
    nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, Factor::step, float> sums[2][2];

    __device__ TensorMath() {
        for (auto& row : sums) {
            for (auto& sum : row) {
                nvcuda::wmma::fill_fragment(sum, 0.0f);
            }
        }
    }
    static __device__ unsigned warp() { return threadIdx.x / 32; }
    static __device__ unsigned row() { return warp() / (Shape::columns / 32) * 32; }
    static __device__ unsigned column() { return warp() % (Shape::columns / 32) * 32; }

    __device__ __forceinline__ void add(const SliceA& a, const SliceB& b) {
        FEDMRN_UNROLL
        for (unsigned k = 0; k < depth; k += Factor::step) {
            Factors<nvcuda::wmma::matrix_a, along_a == Along::depth> left[2];
            Factors<nvcuda::wmma::matrix_b, along_b == Along::rows> right[2];
            FEDMRN_UNROLL
            for (unsigned i = 0; i < 2; ++i) {
                nvcuda::wmma::load_matrix_sync(left[i], a.at(row() + 16 * i, k), SliceA::stride);
                nvcuda::wmma::load_matrix_sync(right[i], b.at(column() + 16 * i, k),
                                               SliceB::stride);
            }
            FEDMRN_UNROLL
            for (unsigned i = 0; i < 2; ++i) {
                FEDMRN_UNROLL
                for (unsigned j = 0; j < 2; ++j) {
                    nvcuda::wmma::mma_sync(sums[i][j], left[i], right[j], sums[i][j]);
                }
            }
        }
    }
    template <class T>
    __device__ void store(const Result<T>& result, std::uint32_t first_row,
                          std::uint32_t first_column) {
        constexpr unsigned stride = 20; // of a warp's 16 × 16 results in shared memory
        struct alignas(32) Patch {
            float v[16 * stride];
        };
        FEDMRN_SHARED(Patch, patches, [Shape::threads / 32]);
        float* patch = patches[warp()].v;
        const unsigned thread = threadIdx.x % 32;
        FEDMRN_UNROLL
        for (unsigned part = 0; part < 4; ++part) {
            const unsigned i = part / 2, j = part % 2;
            __syncwarp();
            nvcuda::wmma::store_matrix_sync(patch, sums[i][j], stride, nvcuda::wmma::mem_row_major);
            __syncwarp();
            for (unsigned half = 0; half < 2; ++half) {
                const unsigned y = thread / 4 + 8 * half, x = thread % 4 * 4;
                const float* at = patch + y * stride + x;
                const float values[4] = {at[0], at[1], at[2], at[3]};
                result.store(first_row + row() + 16 * i + y, first_column + column() + 16 * j + x,
                             values);
            }
        }
    }
};

} // namespace fedmrn::kernels::cuda
