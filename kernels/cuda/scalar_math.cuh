// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/multiply.cuh"

namespace fedmrn::kernels::cuda {

using Quad = Several<float, 4>;

/// A thread's quads of an operand's slices: from device memory to registers, from there as float32
/// to shared memory.
template <class Operand, unsigned extent, unsigned depth, unsigned threads> class Fetcher {
    using T = typename Operand::Value;
    using Mine = Share<Operand::along, extent, depth, threads, 4>;

public:
    __device__ Fetcher(const Operand& from, std::uint32_t first_row, std::uint32_t begin)
        : from_(from), first_row_(first_row), begin_(begin), cursor_(from, first_row, begin) {}

    __device__ __forceinline__ void fetch() {
        FEDMRN_UNROLL
        for (unsigned q = 0; q < Mine::units; ++q) {
            if (Mine::mine(q)) {
                fetched_[q] = from_.vector ? whole(q) : by_element(q);
            }
        }
        cursor_.advance(from_);
        begin_ += depth;
    }
    /// Puts the quads where Slice::put wants them.
    template <class Slice> __device__ __forceinline__ void put(Slice& slice) const {
        FEDMRN_UNROLL
        for (unsigned q = 0; q < Mine::units; ++q) {
            if (Mine::mine(q)) {
                slice.put(Mine::row(q), Mine::k(q), fetched_[q]);
            }
        }
    }

private:
    __device__ __forceinline__ Quad whole(unsigned q) const {
        const Unit<T> unit = cursor_.unit(from_, q);
        Quad quad{};
        if (unit.there) {
            const auto four = *reinterpret_cast<const Several<T, 4>*>(unit.at);
            FEDMRN_UNROLL
            for (unsigned i = 0; i < 4; ++i) {
                quad.v[i] = formula::to_float(four.v[i]);
            }
        }
        return quad;
    }
    __device__ __forceinline__ Quad by_element(unsigned q) const {
        const std::uint32_t row = first_row_ + Mine::row(q), k = begin_ + Mine::k(q);
        Quad quad{};
        for (unsigned i = 0; i < 4; ++i) {
            const T* at = from_.element(row + (Mine::deep ? 0 : i), k + (Mine::deep ? i : 0));
            quad.v[i] = at ? formula::to_float(*at) : 0.0f;
        }
        return quad;
    }

    const Operand& from_;
    std::uint32_t first_row_, begin_;
    typename Operand::template Cursor<Mine> cursor_;
    Quad fetched_[Mine::units];
};

/// Float32 products, rounded once an fma. A thread holds 8 × 4 results: rows 4 · i … and half a
/// tile further, so that a warp's reads of shared memory meet no bank twice. Slices of the depth go
/// through two buffers of shared memory: while one is multiplied, the next is on its way.
template <class Tile_, class A, class B> struct ScalarMath {
    using Shape = Tile_;
    static constexpr unsigned depth = 16;
    static constexpr unsigned threads = Shape::rows * Shape::columns / 32;
    /// Blocks that must fit on a multiprocessor: a bound on registers that leaves every kernel
    /// without spills. 65,536 registers: 128 for each thread of Tile<128, 64>, 168 in smaller
    /// blocks.
    static constexpr unsigned resident = threads == 256 ? 2 : 384 / threads;
    static constexpr std::size_t shared_bytes = 0; ///< beyond what the kernel declares

    template <unsigned extent, Along along> struct Slice {
        alignas(16) float v[depth][extent + 4];
        __device__ __forceinline__ void put(unsigned row, unsigned k, const Quad& quad) {
            if constexpr (along == Along::rows) {
                *reinterpret_cast<Quad*>(&v[k][row]) = quad;
            } else {
                for (unsigned i = 0; i < 4; ++i) {
                    v[k + i][row] = quad.v[i];
                }
            }
        }
        __device__ __forceinline__ Quad four(unsigned k, unsigned row) const {
            return *reinterpret_cast<const Quad*>(&v[k][row]);
        }
    };
    using SliceA = Slice<Shape::rows, A::along>;
    using SliceB = Slice<Shape::columns, B::along>;

    /// Adds the products from `begin` to `end` of the depth. The operands give zeros past their own
    /// ends; begin is a multiple of depth.
    __device__ __forceinline__ void run(const A& a, const B& b, std::uint32_t first_row,
                                        std::uint32_t first_column, std::uint32_t begin,
                                        std::uint32_t end) {
        FEDMRN_SHARED(SliceA, slices_a, [2]);
        FEDMRN_SHARED(SliceB, slices_b, [2]);
        Fetcher<A, Shape::rows, depth, threads> fetch_a(a, first_row, begin);
        Fetcher<B, Shape::columns, depth, threads> fetch_b(b, first_column, begin);
        fetch_a.fetch();
        fetch_b.fetch();
        fetch_a.put(slices_a[0]);
        fetch_b.put(slices_b[0]);
        __syncthreads();
        unsigned current = 0;
        for (std::uint32_t k = begin; k < end; k += depth, current ^= 1) {
            const bool more = k + depth < end;
            if (more) {
                fetch_a.fetch();
                fetch_b.fetch();
            }
            add(slices_a[current], slices_b[current]);
            if (more) {
                fetch_a.put(slices_a[current ^ 1]);
                fetch_b.put(slices_b[current ^ 1]);
            }
            __syncthreads();
        }
    }

    template <class T>
    __device__ void store(const Result<T>& result, std::uint32_t first_row,
                          std::uint32_t first_column) const {
        FEDMRN_UNROLL
        for (unsigned i = 0; i < 8; ++i) {
            result.store(first_row + row(i), first_column + column(), sums_[i]);
        }
    }

private:
    static constexpr unsigned across = Shape::columns / 4; ///< threads along a row of the tile
    static __device__ unsigned column() { return threadIdx.x % across * 4; }
    static __device__ unsigned row(unsigned i) {
        return threadIdx.x / across * 4 + i % 4 + i / 4 * (Shape::rows / 2);
    }
    __device__ __forceinline__ void add(const SliceA& a, const SliceB& b) {
        FEDMRN_UNROLL
        for (unsigned k = 0; k < depth; ++k) {
            const Quad low = a.four(k, row(0)), high = a.four(k, row(4));
            const Quad right = b.four(k, column());
            FEDMRN_UNROLL
            for (unsigned i = 0; i < 4; ++i) {
                FEDMRN_UNROLL
                for (unsigned j = 0; j < 4; ++j) {
                    sums_[i][j] = fmaf(low.v[i], right.v[j], sums_[i][j]);
                    sums_[i + 4][j] = fmaf(high.v[i], right.v[j], sums_[i + 4][j]);
                }
            }
        }
    }
    float sums_[8][4] = {};
};

} // namespace fedmrn::kernels::cuda
