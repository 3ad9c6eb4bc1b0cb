// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simt/barrier.hpp"
#include "simt/warp.hpp"

// Cooperative groups: the toolkit's header is empty under a host compiler.
namespace cooperative_groups {

struct thread_block {
    static unsigned thread_rank() { return simt::detail::thread_rank(); }
    static unsigned size() { return blockDim.x * blockDim.y * blockDim.z; }
    static unsigned num_threads() { return size(); }
    static dim3 thread_index() { return {threadIdx.x, threadIdx.y, threadIdx.z}; }
    static dim3 group_index() { return {blockIdx.x, blockIdx.y, blockIdx.z}; }
    static dim3 dim_threads() { return blockDim; }
    static void sync(simt::Where at = simt::Where::here()) { __syncthreads(at); }
};
inline thread_block this_thread_block() { return {}; }

/// Of a cooperative launch: all its blocks are resident at once.
struct grid_group {
    static bool is_valid() { return true; }
    static unsigned long long num_blocks() { return 1ULL * gridDim.x * gridDim.y * gridDim.z; }
    static unsigned long long block_rank() {
        return (1ULL * blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    }
    static unsigned long long size() { return num_blocks() * thread_block::size(); }
    static unsigned long long num_threads() { return size(); }
    static unsigned long long thread_rank() {
        return block_rank() * thread_block::size() + thread_block::thread_rank();
    }
    static void sync(simt::Where at = simt::Where::here()) { simt::detail::grid_barrier(at); }
};
inline grid_group this_grid() { return {}; }

template <unsigned lanes, class Parent = void> struct thread_block_tile {
    static_assert(lanes <= 32 && (lanes & (lanes - 1)) == 0);
    static unsigned thread_rank() { return simt::detail::lane() & (lanes - 1); }
    static constexpr unsigned size() { return lanes; }
    static constexpr unsigned num_threads() { return lanes; }
    static unsigned meta_group_rank() { return simt::detail::thread_rank() / lanes; }
    static unsigned meta_group_size() { return (thread_block::size() + lanes - 1) / lanes; }
    static unsigned first() { return simt::detail::first_lane(lanes); }
    static unsigned mask() { return 0xffffffffU >> (32 - lanes) << first(); }

    static void sync(simt::Where at = simt::Where::here()) { __syncwarp(mask(), at); }
    template <class T> static T shfl(T value, int from, simt::Where at = simt::Where::here()) {
        return __shfl_sync(mask(), value, from, lanes, at);
    }
    template <class T>
    static T shfl_down(T value, unsigned by, simt::Where at = simt::Where::here()) {
        return __shfl_down_sync(mask(), value, by, lanes, at);
    }
    template <class T>
    static T shfl_up(T value, unsigned by, simt::Where at = simt::Where::here()) {
        return __shfl_up_sync(mask(), value, by, lanes, at);
    }
    template <class T>
    static T shfl_xor(T value, unsigned with, simt::Where at = simt::Where::here()) {
        return __shfl_xor_sync(mask(), value, static_cast<int>(with), lanes, at);
    }
    static unsigned ballot(int p, simt::Where at = simt::Where::here()) {
        return __ballot_sync(mask(), p, at) >> first();
    }
    static bool any(int p, simt::Where at = simt::Where::here()) {
        return __any_sync(mask(), p, at);
    }
    static bool all(int p, simt::Where at = simt::Where::here()) {
        return __all_sync(mask(), p, at);
    }
};
template <unsigned lanes> thread_block_tile<lanes> tiled_partition(const thread_block&) {
    return {};
}
template <unsigned lanes, unsigned outer, class Parent>
thread_block_tile<lanes> tiled_partition(const thread_block_tile<outer, Parent>&) {
    static_assert(lanes <= outer);
    return {};
}

template <class T> struct plus {
    T operator()(T a, T b) const { return a + b; }
};
template <class T> struct less {
    T operator()(T a, T b) const { return b < a ? b : a; }
};
template <class T> struct greater {
    T operator()(T a, T b) const { return a < b ? b : a; }
};
template <unsigned lanes, class Parent, class T, class F>
T reduce(const thread_block_tile<lanes, Parent>& tile, T value, F combine) {
    for (unsigned by = lanes / 2; by; by /= 2) value = combine(value, tile.shfl_xor(value, by));
    return value;
}
template <class Group> void sync(const Group& group, simt::Where at = simt::Where::here()) {
    group.sync(at);
}

} // namespace cooperative_groups
