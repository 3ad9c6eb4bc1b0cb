// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/cuda/cuda.hpp"

#if !defined(__CUDACC__)
#include <simt/pipeline.hpp>
#include <simt/tensor.hpp>
#endif

// The instructions under a matrix product on the tensor cores (PTX ISA, "Warp-level matrix
// instructions", "Data movement": from compute capability 8.0), or the simulator's answer to them.
// All threads of a warp execute them together. Lane l has row l / 4 and column l % 4, in short
// g and t, of what follows.
namespace fedmrn::kernels::cuda {

/// Sums c of a 16 × 8 product: (g, 2 t), (g, 2 t + 1), (g + 8, 2 t), (g + 8, 2 t + 1).
using TileSums = float[4];

#if defined(__CUDACC__)

/// The value, which the compiler is to hold in a register: it would rather make it again in every
/// turn of a loop from what it was made of, where the loop has no instruction to spare.
template <class T> __device__ __forceinline__ T held(T value) {
    asm("" : "+r"(value));
    return value;
}
template <class T> __device__ __forceinline__ T* held(T* at) {
    asm("" : "+l"(at));
    return at;
}

/// A place in shared memory.
struct SharedPlace {
    std::uint32_t address;
    __device__ __forceinline__ SharedPlace operator+(unsigned bytes) const {
        return {address + bytes};
    }
};
__device__ __forceinline__ SharedPlace shared_place(const void* at) {
    return {static_cast<std::uint32_t>(__cvta_generic_to_shared(at))};
}
__device__ __forceinline__ SharedPlace held(SharedPlace place) { return {held(place.address)}; }

/// Four matrices of 8 rows of 16 bytes from shared memory, lane l giving the row l % 8 of matrix
/// l / 8: to register i the 4 bytes number t of row g of matrix i. Transposed, elements being of 2
/// bytes: those of column g in the rows 2 t and 2 t + 1.
template <bool transposed>
__device__ __forceinline__ void load_matrices(std::uint32_t (&to)[4], SharedPlace row) {
    if constexpr (transposed) {
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                     : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                     : "r"(row.address)
                     : "memory");
    } else {
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                     : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                     : "r"(row.address)
                     : "memory");
    }
}

/// c += a · b, a 16 × 8: (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4); b 8 × 8: (t, g), (t + 4,
/// g).
__device__ __forceinline__ void multiply_tf32(TileSums& c, const std::uint32_t (&a)[4],
                                              const std::uint32_t (&b)[2]) {
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
                 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/// c += a · b, a 16 × 16, b 16 × 8, with two neighbours in k a register: as for tf32, where it has
/// the column or row t the pair 2 t, 2 t + 1, and 8 more where it has 4 more.
__device__ __forceinline__ void multiply_bf16(TileSums& c, const std::uint32_t (&a)[4],
                                              const std::uint32_t (&b)[2]) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
                 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/// Rounded to tf32's 11 significant bits, to nearest, ties away from zero.
__device__ __forceinline__ std::uint32_t rounded_tf32(float x) {
    std::uint32_t bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
    return bits;
}

/// Two factors rounded to bf16 in a register, the first one low.
__device__ __forceinline__ std::uint32_t rounded_bf16(float low, float high) {
    std::uint32_t bits;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(high), "f"(low));
    return bits;
}

/// 16 bytes from global to shared memory, or as many zeros, on their way until their group is
/// waited for. Where nothing is `there`, `from` is not read and may lie anywhere.
__device__ __forceinline__ void copy_async(SharedPlace to, const void* from, bool there) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to.address),
                 "l"(__cvta_generic_to_global(from)), "r"(there ? 16 : 0)
                 : "memory");
}
/// Ends a group of copies.
__device__ __forceinline__ void end_copies() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}
/// Waits for the thread's groups but the last `later`; a barrier shows the others' to it.
template <unsigned later> __device__ __forceinline__ void await_copies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(later) : "memory");
}

#else

template <class T> T held(T value) { return value; }
struct SharedPlace {
    char* at;
    SharedPlace operator+(unsigned bytes) const { return {at + bytes}; }
};
inline SharedPlace shared_place(const void* at) {
    return {static_cast<char*>(const_cast<void*>(at))};
}
template <bool transposed> void load_matrices(std::uint32_t (&to)[4], SharedPlace row) {
    simt::ldmatrix(to, row.at, transposed);
}
inline void multiply_tf32(TileSums& c, const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
    simt::mma_tf32(c, a, b);
}
inline void multiply_bf16(TileSums& c, const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
    simt::mma_bf16(c, a, b);
}
inline std::uint32_t rounded_tf32(float x) { return simt::to_tf32(x); }
inline std::uint32_t rounded_bf16(float low, float high) { return simt::to_bf16(low, high); }
inline void copy_async(SharedPlace to, const void* from, bool there) {
    __pipeline_memcpy_async(to.at, from, 16, there ? 0 : 16);
}
inline void end_copies() { __pipeline_commit(); }
template <unsigned later> void await_copies() { __pipeline_wait_prior(later); }

#endif

} // namespace fedmrn::kernels::cuda
