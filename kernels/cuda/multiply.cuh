// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/cuda/cuda.hpp"
#include "kernels/cuda/operands.cuh"

// The product of one tile: C [rows][columns] = Σ_k A(row, k) · B(column, k). Slices of the depth go
// through two buffers of shared memory: while one is multiplied, the next is on its way. The order
// of a sum depends on k alone, so a result never depends on how many lanes or rows there are.
namespace fedmrn::kernels::cuda {

/// The tile of a block. Every thread holds 32 results.
template <unsigned rows_, unsigned columns_> struct Tile {
    static constexpr unsigned rows = rows_, columns = columns_;
    static constexpr unsigned threads = rows * columns / 32;
};

/// Where results go: row-major, as float32 or bf16, a bias a column where there is one.
template <class T> struct Result {
    T* data;
    std::uint32_t rows, columns;
    const float* bias;
    bool vector;

    __device__ __forceinline__ void store(std::uint32_t row, std::uint32_t column,
                                          const float (&value)[4]) const {
        if (row >= rows || column >= columns) {
            return;
        }
        Four<T> four{};
        for (std::uint32_t i = 0; i < 4; ++i) {
            const bool there = bias && column + i < columns;
            four.v[i] = formula::from_float<T>(there ? value[i] + bias[column + i] : value[i]);
        }
        T* at = data + (std::size_t{row} * columns + column);
        if (vector) {
            *reinterpret_cast<Four<T>*>(at) = four;
            return;
        }
        for (std::uint32_t i = 0; i < 4 && column + i < columns; ++i) {
            at[i] = four.v[i];
        }
    }
};

/// A thread's share of the fetching of one operand's slices: `extent` rows × `depth`.
template <class Operand, unsigned extent, unsigned depth, unsigned threads> struct Fetcher {
    static constexpr bool deep = Operand::along == Along::depth;
    static constexpr unsigned count = extent * depth / 4;
    static constexpr unsigned quads = (count + threads - 1) / threads;

    const Operand& operand;
    std::uint32_t first_row;
    typename Operand::template Cursor<quads> cursor;
    Quad fetched[quads];

    __device__ Fetcher(const Operand& from, std::uint32_t first) : operand(from), first_row(first) {
        FEDMRN_UNROLL
        for (unsigned q = 0; q < quads; ++q) {
            operand.place(cursor, q, first_row + row(q));
        }
    }
    static __device__ unsigned index(unsigned q) { return threadIdx.x + q * threads; }
    static __device__ unsigned row(unsigned q) {
        return deep ? index(q) / (depth / 4) : index(q) % (extent / 4) * 4;
    }
    static __device__ unsigned k(unsigned q) {
        return deep ? index(q) % (depth / 4) * 4 : index(q) / (extent / 4);
    }
    static __device__ bool mine(unsigned q) { return count % threads == 0 || index(q) < count; }

    __device__ __forceinline__ void fetch(std::uint32_t from) {
        FEDMRN_UNROLL
        for (unsigned q = 0; q < quads; ++q) {
            if (mine(q)) {
                fetched[q] = operand.fetch(cursor, q, first_row + row(q), from + k(q));
            }
        }
    }
    /// Puts the quads where Slice::put wants them.
    template <class Slice> __device__ __forceinline__ void put(Slice& slice) const {
        FEDMRN_UNROLL
        for (unsigned q = 0; q < quads; ++q) {
            if (mine(q)) {
                slice.put(row(q), k(q), fetched[q]);
            }
        }
    }
};

/// Runs the slices from `begin` to `end` of the depth through Math, whose sums they end in. The
/// operands give zeros past their own ends; begin is a multiple of Math::depth.
template <class Math, class A, class B>
__device__ __forceinline__ void multiply_tile(const A& a, const B& b, std::uint32_t first_row,
                                              std::uint32_t first_column, std::uint32_t begin,
                                              std::uint32_t end, Math& math) {
    using Shape = typename Math::Shape;
    FEDMRN_SHARED(typename Math::SliceA, slices_a, [2]);
    FEDMRN_SHARED(typename Math::SliceB, slices_b, [2]);
    Fetcher<A, Shape::rows, Math::depth, Shape::threads> fetch_a(a, first_row);
    Fetcher<B, Shape::columns, Math::depth, Shape::threads> fetch_b(b, first_column);
    fetch_a.fetch(begin);
    fetch_b.fetch(begin);
    fetch_a.put(slices_a[0]);
    fetch_b.put(slices_b[0]);
    __syncthreads();
    unsigned current = 0;
    for (std::uint32_t k = begin; k < end; k += Math::depth, current ^= 1) {
        const bool more = k + Math::depth < end;
        if (more) {
            fetch_a.fetch(k + Math::depth);
            fetch_b.fetch(k + Math::depth);
        }
        math.add(slices_a[current], slices_b[current]);
        if (more) {
            fetch_a.put(slices_a[current ^ 1]);
            fetch_b.put(slices_b[current ^ 1]);
        }
        __syncthreads();
    }
}

} // namespace fedmrn::kernels::cuda
