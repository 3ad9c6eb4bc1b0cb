// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/fragments.cuh"

namespace fedmrn::kernels::cuda {

/// A thread's units of an operand's slices: from device memory to shared memory, a slice a call.
template <class Slice, unsigned threads> class Copier {
    using Operand = typename Slice::Operand;
    using T = typename Slice::T;
    using Mine = Share<Operand::along, Slice::extent, Slice::depth, threads, 16 / sizeof(T)>;

public:
    /// first: the slice of the ring's first stage.
    __device__ Copier(const Operand& from, std::uint32_t first_row, std::uint32_t begin,
                      Slice& first)
        : from_(from), first_row_(first_row), begin_(begin), cursor_(from, first_row, begin),
          to_(held(shared_place(first.at(Mine::row(0), Mine::k(0))))) {}

    /// To `slice`, which lies so many bytes beyond the first one. Units are on their way when this
    /// returns; what is moved by elements is there.
    __device__ __forceinline__ void copy(Slice& slice, unsigned bytes) {
        if (from_.vector) {
            const SharedPlace to = to_ + bytes;
            FEDMRN_UNROLL
            for (unsigned q = 0; q < Mine::units; ++q) {
                if (Mine::mine(q)) {
                    constexpr unsigned line = Mine::lines * Slice::stride * sizeof(T);
                    const Unit<T> unit = cursor_.unit(from_, q);
                    copy_async(to + q * line, unit.at, unit.there);
                }
            }
            cursor_.advance(from_);
        } else {
            FEDMRN_ROLLED
            for (unsigned e = threadIdx.x; e < Slice::extent * Slice::depth; e += threads) {
                constexpr unsigned line = Mine::line * Mine::unit;
                const unsigned row = Mine::deep ? e / line : e % line;
                const unsigned k = Mine::deep ? e % line : e / line;
                const T* element = from_.element(first_row_ + row, begin_ + k);
                *slice.at(row, k) = element ? *element : T{};
            }
            begin_ += Slice::depth;
        }
    }

private:
    const Operand& from_;
    std::uint32_t first_row_, begin_; ///< of the next slice, moved by elements
    typename Operand::template Cursor<Mine> cursor_;
    SharedPlace to_; ///< unit 0 in the first stage
};

/// Products on the tensor cores. Slices of the depth go through a ring of stages in shared memory:
/// while one is multiplied, the next ones are on their way. A warp holds 64 × 32 results of a large
/// tile, else 32 × 32.
template <class Factor, class Tile_, class A, class B> struct TensorMath {
    using Shape = Tile_;
    static constexpr unsigned warp_rows = Shape::rows * Shape::columns >= 128 * 64 ? 64 : 32;
    static constexpr unsigned warp_columns = 32;
    static constexpr unsigned threads =
        Shape::rows / warp_rows * (Shape::columns / warp_columns) * 32;
    /// Blocks that must fit on a multiprocessor: a bound on registers that leaves no spills, 168 a
    /// thread with 64 results, 128 with 32.
    static constexpr unsigned resident = (warp_rows == 64 ? 384 : 512) / threads;
    static constexpr unsigned depth = 4 * Factor::step; ///< of a slice
    static constexpr unsigned stages = 2;

    using SliceA = Slice<Factor, A, Shape::rows, depth>;
    using SliceB = Slice<Factor, B, Shape::columns, depth>;
    struct Stage {
        SliceA a;
        SliceB b;
    };
    static constexpr std::size_t shared_bytes = stages * sizeof(Stage);

    /// Adds the products from `begin` to `end` of the depth. The operands give zeros past their own
    /// ends; begin is a multiple of depth.
    __device__ __forceinline__ void run(const A& a, const B& b, std::uint32_t first_row,
                                        std::uint32_t first_column, std::uint32_t begin,
                                        std::uint32_t end) {
        FEDMRN_DYNAMIC_SHARED(Stage, ring);
        Copier<SliceA, threads> copy_a(a, first_row, begin, ring[0].a);
        Copier<SliceB, threads> copy_b(b, first_column, begin, ring[0].b);
        std::uint32_t copied = begin;
        const auto copy = [&](unsigned to) {
            if (copied < end) {
                copy_a.copy(ring[to].a, to * sizeof(Stage));
                copy_b.copy(ring[to].b, to * sizeof(Stage));
            }
            end_copies(); // of a group that may be empty: they are counted
            copied += depth;
        };
        for (unsigned s = 0; s + 1 < stages; ++s) {
            copy(s);
        }
        unsigned stage = 0;
        for (std::uint32_t k = begin; k < end; k += depth) {
            await_copies<stages - 2>();
            __syncthreads(); // all have their copies, and have read the stage before
            copy(stage == 0 ? stages - 1 : stage - 1);
            add(ring[stage]);
            stage = stage + 1 == stages ? 0 : stage + 1;
        }
    }

    template <class T>
    __device__ __forceinline__ void store(const Result<T>& result, std::uint32_t first_row,
                                          std::uint32_t first_column) const {
        const unsigned thread = threadIdx.x % 32;
        FEDMRN_UNROLL
        for (unsigned i = 0; i < warp_rows / 8; ++i) {
            FEDMRN_UNROLL
            for (unsigned j = 0; j < warp_columns / 8; ++j) {
                const TileSums& tile = sums_[i / 2][j];
                const float pair[2] = {tile[i % 2 * 2], tile[i % 2 * 2 + 1]};
                result.store(first_row + row() + 8 * i + thread / 4,
                             first_column + column() + 8 * j + thread % 4 * 2, pair);
            }
        }
    }

private:
    static __device__ unsigned row() {
        return threadIdx.x / 32 / (Shape::columns / warp_columns) * warp_rows;
    }
    static __device__ unsigned column() {
        return threadIdx.x / 32 % (Shape::columns / warp_columns) * warp_columns;
    }
    __device__ __forceinline__ void add(const Stage& stage) {
        FEDMRN_UNROLL
        for (unsigned k = 0; k < depth; k += Factor::step) {
            std::uint32_t left[warp_rows / 16][4], right[warp_columns / 8][2];
            FEDMRN_UNROLL
            for (unsigned i = 0; i < warp_rows / 16; ++i) {
                stage.a.load_a(left[i], row() + 16 * i, k);
            }
            FEDMRN_UNROLL
            for (unsigned j = 0; j < warp_columns / 16; ++j) {
                stage.b.load_b(right + 2 * j, column() + 16 * j, k);
            }
            FEDMRN_UNROLL
            for (unsigned i = 0; i < warp_rows / 16; ++i) {
                FEDMRN_UNROLL
                for (unsigned j = 0; j < warp_columns / 8; ++j) {
                    Factor::multiply(sums_[i][j], left[i], right[j]);
                }
            }
        }
    }
    TileSums sums_[warp_rows / 16][warp_columns / 8] = {};
};

} // namespace fedmrn::kernels::cuda
