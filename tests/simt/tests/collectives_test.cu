// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include <gtest/gtest.h>
#include <simt/device.hpp>

#include "device_array.hpp"

namespace {

namespace cg = cooperative_groups;

template <class T> void run(void (*kernel)(T*), dim3 grid, dim3 block, const DeviceArray<T>& out) {
    simt::launch(kernel, grid, block, 0, nullptr, out.data());
    ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
}

__global__ void ballot_kernel(unsigned* out) {
    const unsigned word = __ballot_sync(0xffffffffU, threadIdx.x % 3 == 0);
    if (threadIdx.x % 32 == 0) out[threadIdx.x / 32] = word;
}
TEST(Collectives, BallotIsOneBitALane) {
    const DeviceArray<unsigned> out(2);
    run(ballot_kernel, 1, 64, out);
    EXPECT_EQ(out.read(), (std::vector<unsigned>{0x49249249U, 0x92492492U}));
}

__global__ void shuffle_kernel(int* out) {
    const int i = static_cast<int>(threadIdx.x);
    out[i] = __shfl_sync(0xffffffffU, i, 5);
    out[32 + i] = __shfl_up_sync(0xffffffffU, i, 3);
    out[64 + i] = __shfl_down_sync(0xffffffffU, i, 3, 8);
    out[96 + i] = __shfl_xor_sync(0xffffffffU, i, 1);
}
TEST(Collectives, ShufflesKeepWithinTheirWidth) {
    const DeviceArray<int> out(128);
    run(shuffle_kernel, 1, 32, out);
    const auto o = out.read();
    for (int i = 0; i < 32; ++i) {
        EXPECT_EQ(o[i], 5);
        EXPECT_EQ(o[32 + i], i < 3 ? i : i - 3);
        EXPECT_EQ(o[64 + i], i % 8 < 5 ? i + 3 : i);
        EXPECT_EQ(o[96 + i], i ^ 1);
    }
}

__device__ void reductions(int* out) {
    const int i = static_cast<int>(threadIdx.x) - 16;
    out[0] = __reduce_add_sync(0xffffffffU, i);
    out[1] = __reduce_min_sync(0xffffffffU, i);
    out[2] = __reduce_max_sync(0xffffffffU, i);
    out[3] = static_cast<int>(__reduce_xor_sync(0xffffffffU, threadIdx.x));
    out[4] = static_cast<int>(__match_any_sync(0xffffffffU, threadIdx.x / 16) >> 16);
}
__global__ void reduce_kernel(int* out) {
    int mine[5];
    reductions(mine);
    if (threadIdx.x == 0) {
        for (int i = 0; i < 5; ++i) out[i] = mine[i];
    }
}
TEST(Collectives, ReductionsOfAWarp) {
    const DeviceArray<int> out(5);
    run(reduce_kernel, 1, 32, out);
    EXPECT_EQ(out.read(), (std::vector<int>{-16, -16, 15, 0, 0}));
}

__global__ void lost_kernel(unsigned* out) {
    if (threadIdx.x == 3) return;
    out[threadIdx.x] = __shfl_sync(0xffffffffU, threadIdx.x, 3);
}
TEST(Collectives, AShuffleFromAnEndedLaneIsSeen) {
    const DeviceArray<unsigned> out(32);
    run(lost_kernel, 1, 32, out);
    EXPECT_EQ(out.read()[5], 0xdeadbeefU);
}

__global__ void votes_kernel(int* out) {
    const int i = static_cast<int>(threadIdx.x);
    const int count = __syncthreads_count(i < 70);
    const int all = __syncthreads_and(i < 70), any = __syncthreads_or(i == 70);
    if (i == 0) out[0] = count, out[1] = all, out[2] = any;
}
TEST(Collectives, BarrierVotes) {
    const DeviceArray<int> out(3);
    run(votes_kernel, 1, 96, out);
    EXPECT_EQ(out.read(), (std::vector<int>{70, 0, 1}));
}

__global__ void leaving_kernel(int* out) {
    if (threadIdx.x % 2) return;
    __syncthreads(); // the threads that have ended are not waited for
    const unsigned word = __ballot_sync(0xffffffffU, 1);
    if (threadIdx.x == 0) out[0] = static_cast<int>(word);
}
TEST(Collectives, EndedThreadsAreNotWaitedFor) {
    const DeviceArray<int> out(1);
    run(leaving_kernel, 1, 64, out);
    EXPECT_EQ(out.read()[0], 0x55555555);
}

__global__ void tile_kernel(int* out) {
    const auto tile = cg::tiled_partition<8>(cg::this_thread_block());
    const int sum = cg::reduce(tile, static_cast<int>(threadIdx.x), cg::plus<int>());
    if (tile.thread_rank() == 0) out[tile.meta_group_rank()] = sum;
}
TEST(Collectives, TilesReduceAlone) {
    const DeviceArray<int> out(8);
    run(tile_kernel, 1, 64, out);
    const auto o = out.read();
    for (int t = 0; t < 8; ++t) EXPECT_EQ(o[t], 28 + 64 * t);
}

__global__ void ring_kernel(int* a, int* b, int steps) {
    const auto grid = cg::this_grid();
    const auto i = grid.thread_rank(), n = grid.size();
    for (int s = 0; s < steps; ++s) {
        b[i] = a[(i + 1) % n] + 1;
        grid.sync();
        int* const t = a;
        a = b;
        b = t;
    }
}
TEST(Collectives, GridBarrierOrdersBlocks) {
    std::vector<int> host(4 * 32);
    std::iota(host.begin(), host.end(), 0);
    const DeviceArray<int> a(host), b(host.size());
    simt::launch_cooperative(ring_kernel, 4, 32, 0, nullptr, a.data(), b.data(), 6);
    const auto o = a.read();
    for (int i = 0; i < 128; ++i) EXPECT_EQ(o[i], (i + 6) % 128 + 6);
}

__global__ void spin_kernel(int* flag) {
    if (threadIdx.x == 0) {
        while (atomicAdd(flag, 0) == 0) __nanosleep(10);
        flag[1] = 7;
    } else if (threadIdx.x == 63) {
        atomicExch(flag, 1);
    }
}
TEST(Collectives, SpinLoopsEnd) {
    const DeviceArray<int> flag(std::vector<int>{0, 0});
    run(spin_kernel, 1, 64, flag);
    EXPECT_EQ(flag.read()[1], 7);
}

__global__ void atomics_kernel(unsigned* out) {
    atomicAdd(&out[0], 1U);
    atomicMax(&out[1], threadIdx.x);
    atomicInc(&out[2], 9U);
    atomicOr(&out[3], 1U << threadIdx.x % 32);
    atomicAdd(reinterpret_cast<float*>(&out[4]), 0.5F);
}
TEST(Collectives, AtomicsOfManyBlocks) {
    const DeviceArray<unsigned> out(std::vector<unsigned>(5));
    run(atomics_kernel, 3, 64, out);
    const auto o = out.read();
    EXPECT_EQ(o[0], 192U);
    EXPECT_EQ(o[1], 63U);
    EXPECT_EQ(o[2], 2U);
    EXPECT_EQ(o[3], 0xffffffffU);
    EXPECT_EQ(__uint_as_float(o[4]), 96.0F);
}

} // namespace
