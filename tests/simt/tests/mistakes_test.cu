// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <simt/device.hpp>

#include "device_array.hpp"
#include "launch_result.hpp"

namespace {

using testing::HasSubstr;
using testing::StartsWith;

__global__ void nothing_kernel(int*) {}
int* const no_array = nullptr;

__global__ void two_barriers_kernel(int*) {
    if (threadIdx.x < 5) {
        __syncthreads();
    } else {
        __syncthreads();
    }
}
TEST(Mistakes, BarrierInTwoPlaces) {
    EXPECT_THAT(launch_result(two_barriers_kernel, 1, 64, no_array),
                StartsWith("divergent __syncthreads: thread ("));
}

__global__ void waits_for_ever_kernel(int*) {
    if (threadIdx.x == 0) {
        __syncwarp(3);
    } else {
        __syncthreads();
    }
}
TEST(Mistakes, DeadlockNamesWhoWaitsWhere) {
    const std::string text = launch_result(waits_for_ever_kernel, 1, 64, no_array);
    EXPECT_THAT(text, StartsWith("deadlock:"));
    EXPECT_THAT(text, HasSubstr("waits in __syncthreads at "));
    EXPECT_THAT(text, HasSubstr("thread (0,0,0) of block (0,0,0) waits in a warp collective"));
}

__global__ void two_masks_kernel(int*) {
    __ballot_sync(threadIdx.x < 8 ? 0xffffU : 0xffffffffU, 1);
}
TEST(Mistakes, MasksThatOverlap) {
    EXPECT_THAT(launch_result(two_masks_kernel, 1, 32, no_array),
                HasSubstr("disagree on the mask"));
}

__global__ void two_collectives_kernel(int*) {
    if (threadIdx.x % 2) {
        __ballot_sync(0xffffffffU, 1);
    } else {
        __any_sync(0xffffffffU, 1);
    }
}
TEST(Mistakes, DifferentCollectives) {
    EXPECT_THAT(launch_result(two_collectives_kernel, 1, 32, no_array),
                HasSubstr("different collectives"));
}

__global__ void stranger_kernel(int*) { __syncwarp(1); }
TEST(Mistakes, LaneOutsideItsMask) {
    EXPECT_THAT(launch_result(stranger_kernel, 1, 32, no_array), HasSubstr("not in its own mask"));
}

__global__ void grid_sync_kernel(int*) { cooperative_groups::this_grid().sync(); }
TEST(Mistakes, GridBarrierOfAnOrdinaryLaunch) {
    EXPECT_THAT(launch_result(grid_sync_kernel, 1, 32, no_array),
                HasSubstr("without a cooperative launch"));
}

TEST(Mistakes, HostPointerAsArgument) {
    int host = 0;
    EXPECT_EQ(launch_result(nothing_kernel, 1, 32, &host),
              "a kernel was given a pointer to host memory");
}

TEST(Mistakes, LaunchThatNoDeviceTakes) {
    EXPECT_THAT(launch_result(nothing_kernel, 1, 2048, no_array), HasSubstr("configuration"));
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidConfiguration);
    EXPECT_EQ(cudaGetLastError(), cudaSuccess);
    EXPECT_THAT(launch_result(nothing_kernel, dim3(1, 70000), 32, no_array),
                HasSubstr("configuration"));
    EXPECT_THROW(simt::launch_cooperative(nothing_kernel, 1000, 1024, 0, nullptr, no_array),
                 simt::Error);
    cudaGetLastError();
}

__global__ void much_shared_kernel(int*) {}
TEST(Mistakes, MoreSharedMemoryThanAskedFor) {
    const std::size_t much = 64 * 1024;
    const auto go = [&] { simt::launch(much_shared_kernel, 1, 32, much, nullptr, no_array); };
    EXPECT_THROW(go(), simt::Error);
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidValue);
    const auto allow = cudaFuncAttributeMaxDynamicSharedMemorySize;
    EXPECT_EQ(cudaFuncSetAttribute(much_shared_kernel, allow, 300 * 1024), cudaErrorInvalidValue);
    EXPECT_EQ(cudaFuncSetAttribute(much_shared_kernel, allow, 64 * 1024), cudaSuccess);
    EXPECT_NO_THROW(go());
    cudaGetLastError();
}

TEST(Mistakes, TheNextLaunchIsClean) {
    EXPECT_NE(launch_result(two_barriers_kernel, 3, 64, no_array), "");
    EXPECT_EQ(launch_result(nothing_kernel, 3, 64, no_array), "");
}

} // namespace
