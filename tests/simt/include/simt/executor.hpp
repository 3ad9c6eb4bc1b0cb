// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#ifdef __CUDACC__
#error "the simulator is for host compilers; nvcc must not see it"
#endif

#include <cuda_runtime.h> // the toolkit's own header under g++: dim3, float4, cudaError_t, the API

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "simt/config.hpp"
#include "simt/error.hpp"

// The built-in variables: real objects of the real types, set anew whenever the simulator goes from
// one CUDA thread to another.
inline constinit thread_local uint3 threadIdx{};
inline constinit thread_local uint3 blockIdx{};
inline constinit thread_local dim3 blockDim{};
inline constinit thread_local dim3 gridDim{};
inline constexpr int warpSize = 32;

/// What the device headers ask of the scheduler in src/executor. Each call is a point at which the
/// calling CUDA thread may wait and others run.
namespace simt::detail {

enum class WarpOp : std::uint8_t {
    sync,
    ballot,
    any,
    all,
    shuffle,
    match_any,
    match_all,
    gather, ///< `in` is a WarpGather*: every lane gets every lane's value
    add,
    min_signed,
    max_signed,
    min_unsigned,
    max_unsigned,
    bit_and,
    bit_or,
    bit_xor
};
struct WarpGather {
    std::uint64_t value = 0;
    std::uint64_t all[32] = {};
};
enum class Vote : std::uint8_t { count, all, any };

int barrier(int predicate, Vote vote, const Where& at);
std::uint64_t warp(WarpOp op, unsigned mask, std::uint64_t in, unsigned from, const Where& at);
void grid_barrier(const Where& at);
void fence();
void yield(); ///< lets others run: what makes a spin loop end
unsigned lane();
unsigned thread_rank();
void* shared(const void* key, std::size_t size, std::size_t align, const Where& at);
void* dynamic_shared();
bool in_kernel();

/// An asynchronous copy from global to shared memory, due when its group is waited for.
struct AsyncCopy {
    void* to = nullptr;
    const void* from = nullptr;
    std::size_t size = 0, zeros = 0; ///< of `size` bytes the last `zeros` are zero-filled
};
// The calling thread's copies. Their books are kept by the simulator, which no sanitizer sees: a
// CUDA thread's place in them is another's later.
void queue_copy(const AsyncCopy& copy);
void end_copy_group();
/// Takes out the next one of all groups but the last `later` that have ended; false: there is none.
bool next_copy(std::size_t later, AsyncCopy& copy);

struct Grid {
    dim3 grid, block;
    std::size_t dynamic_shared = 0;
    bool cooperative = false;
};
void run_grid(const std::function<void()>& kernel, const Grid& grid);

} // namespace simt::detail
