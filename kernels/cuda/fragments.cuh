// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/multiply.cuh"
#include "kernels/cuda/tensor_cores.hpp"

// From slices in shared memory, which hold what device memory holds, to the registers of a warp's
// tensor-core products; weights are rounded on this way, and images that are multiplied in bf16.
namespace fedmrn::kernels::cuda {

/// Products of tf32 factors, rounded from float32.
struct Tf32 {
    static constexpr unsigned step = 8; ///< of the depth, that one instruction takes
    static __device__ __forceinline__ void multiply(TileSums& c, const std::uint32_t (&a)[4],
                                                    const std::uint32_t (&b)[2]) {
        multiply_tf32(c, a, b);
    }
};
/// Products of bf16 factors, as they are or rounded from float32.
struct BFloat16 {
    static constexpr unsigned step = 16;
    static __device__ __forceinline__ void multiply(TileSums& c, const std::uint32_t (&a)[4],
                                                    const std::uint32_t (&b)[2]) {
        multiply_bf16(c, a, b);
    }
};

/// A slice in shared memory in the operand's own direction. Between its lines is a gap, by which
/// what a warp reads at once lies in different banks: along depth 16 bytes of 8 lines, or 8 of 4
/// lines where float32 is rounded to bf16; along rows 8 neighbours of 4 lines, of which every
/// second where it is rounded to bf16.
template <class Factor, class Operand_, unsigned extent_, unsigned depth_> struct Slice {
    using Operand = Operand_;
    using T = typename Operand::Value;
    static constexpr unsigned extent = extent_, depth = depth_;
    static constexpr bool deep = Operand::along == Along::depth;
    static constexpr bool narrowed = std::is_same_v<Factor, BFloat16> && sizeof(T) == 4;
    static constexpr unsigned gap = sizeof(T) == 2 || deep == narrowed ? 8 : 4;
    static constexpr unsigned stride = (deep ? depth : extent) + gap;
    /// An instruction's 16 rows of A are dealt to the threads so that a thread's two are next to
    /// each other, to be read at once: of float32 along rows, which ldmatrix does not transpose.
    static constexpr bool dealt = !deep && sizeof(T) == 4 && !narrowed;
    alignas(16) T v[(deep ? extent : depth) * stride];

    __device__ __forceinline__ T* at(unsigned row, unsigned k) {
        return v + (deep ? row * stride + k : k * stride + row);
    }
    __device__ __forceinline__ const T* at(unsigned row, unsigned k) const {
        return v + (deep ? row * stride + k : k * stride + row);
    }

    /// Rows row, row + 1, … 15 further and as much of the depth as an instruction takes, from k: as
    /// A's factors. (row, k): a multiple of 16 and of Factor::step.
    __device__ __forceinline__ void load_a(std::uint32_t (&to)[4], unsigned row, unsigned k) const {
        if constexpr (dealt) {
            const unsigned high = threadIdx.x % 32 / 4, low = threadIdx.x % 4;
            FEDMRN_UNROLL
            for (unsigned half = 0; half < 2; ++half) {
                const auto pair =
                    *reinterpret_cast<const Several<T, 2>*>(at(row + 2 * high, k + 4 * half + low));
                to[2 * half] = as_tf32(pair.v[0]), to[2 * half + 1] = as_tf32(pair.v[1]);
            }
        } else {
            load<1, 2>(to, row, k);
        }
    }
    /// The same 16 rows as two B's factors of 8 each: to[0], to[1] and to[2], to[3].
    __device__ __forceinline__ void load_b(std::uint32_t (*to)[2], unsigned row, unsigned k) const {
        std::uint32_t flat[4];
        load<2, 1>(flat, row, k);
        to[0][0] = flat[0], to[0][1] = flat[1], to[1][0] = flat[2], to[1][1] = flat[3];
    }

private:
    static __device__ __forceinline__ std::uint32_t as_tf32(float x) {
        return Operand::holds == Holds::images ? __float_as_uint(x) : rounded_tf32(x);
    }
    /// Register i: the 8 rows number i / by_row % 2, the half number i / by_k % 2 of the step.
    template <unsigned by_row, unsigned by_k>
    __device__ __forceinline__ void load(std::uint32_t (&to)[4], unsigned row, unsigned k) const {
        constexpr unsigned half = Factor::step / 2;
        const unsigned thread = threadIdx.x % 32, high = thread / 4, low = thread % 4;
        if constexpr (deep && !narrowed) { // a matrix holds 8 rows · 16 bytes
            const unsigned i = thread / 8, in = thread % 8;
            load_matrices<false>(
                to, shared_place(at(row + i / by_row % 2 * 8 + in, k + i / by_k % 2 * half)));
            if constexpr (sizeof(T) == 4) {
                FEDMRN_UNROLL
                for (std::uint32_t& value : to) {
                    value = as_tf32(__uint_as_float(value));
                }
            }
        } else if constexpr (sizeof(T) == 2) {
            const unsigned i = thread / 8, in = thread % 8;
            load_matrices<true>(
                to, shared_place(at(row + i / by_row % 2 * 8, k + i / by_k % 2 * half + in)));
        } else {
            FEDMRN_UNROLL
            for (unsigned i = 0; i < 4; ++i) {
                const unsigned r = row + i / by_row % 2 * 8 + high, d = k + i / by_k % 2 * half;
                if constexpr (!narrowed) {
                    to[i] = as_tf32(*at(r, d + low));
                } else if constexpr (deep) {
                    const auto pair = *reinterpret_cast<const Several<T, 2>*>(at(r, d + 2 * low));
                    to[i] = rounded_bf16(pair.v[0], pair.v[1]);
                } else {
                    to[i] = rounded_bf16(*at(r, d + 2 * low), *at(r, d + 2 * low + 1));
                }
            }
        }
    }
};

} // namespace fedmrn::kernels::cuda
