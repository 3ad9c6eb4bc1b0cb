// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/warp_results.cuh"

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

/// Products on the tensor cores. Slices of the depth go through two stages in shared memory: while
/// one is multiplied, the next one is on its way.
template <class Factor, class Tile_, class A, class B>
class TensorMath : public WarpResults<Tile_> {
public:
    using typename WarpResults<Tile_>::Shape;
    using WarpResults<Tile_>::threads;
    static constexpr unsigned depth = 4 * Factor::step; ///< of a slice

    using SliceA = Slice<Factor, A, Shape::rows, depth>;
    using SliceB = Slice<Factor, B, Shape::columns, depth>;
    struct Stage {
        SliceA a;
        SliceB b;
    };
    static constexpr std::size_t shared_bytes = 2 * sizeof(Stage);

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
            end_copies();
            copied += depth;
        };
        copy(0);
        unsigned turn = 0;
        for (std::uint32_t k = begin; k < end; k += depth, turn ^= 1) {
            await_copies<0>();
            __syncthreads(); // all have their copies, and have read the slice before
            copy(turn ^ 1);
            FEDMRN_UNROLL
            for (unsigned step = 0; step < depth; step += Factor::step) {
                this->template add<Factor>(ring[turn].b, step,
                                           [&](std::uint32_t(&to)[4], unsigned i) {
                                               ring[turn].a.load_a(to, this->row() + 16 * i, step);
                                           });
            }
        }
    }
    template <class T>
    __device__ __forceinline__ void store(const Result<T>& result, std::uint32_t first_row,
                                          std::uint32_t first_column) const {
        this->template store_rows<SliceA::dealt>(result, first_row, first_column);
    }
};

} // namespace fedmrn::kernels::cuda
