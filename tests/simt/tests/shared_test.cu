// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gmock/gmock.h>
#include <simt/config.hpp>
#include <simt/device.hpp>

#include "device_array.hpp"
#include "launch_result.hpp"

namespace {

__global__ void unwritten_kernel(float* out) {
    FEDMRN_SHARED(float, values, [64]);
    if (threadIdx.x < 32) values[threadIdx.x] = 1;
    __syncthreads();
    out[threadIdx.x] = values[threadIdx.x];
}
TEST(Shared, UnwrittenSlotsAreNan) {
    const DeviceArray<float> out(64);
    simt::launch(unwritten_kernel, 1, 64, 0, nullptr, out.data());
    const auto o = out.read();
    EXPECT_EQ(o[31], 1.0F);
#ifndef __SANITIZE_THREAD__ // there the memory is the kernel's alone, and zero
    EXPECT_TRUE(std::isnan(o[32]));
#endif
}

template <int size> __global__ void reverse_kernel(int* out) {
    FEDMRN_SHARED(int, values, [size]);
    const int i = static_cast<int>(threadIdx.x);
    values[i] = i;
    __syncthreads();
    out[blockIdx.x * size + threadIdx.x] = values[size - 1 - i];
}
TEST(Shared, EveryInstanceOfATemplateHasItsOwn) {
    const DeviceArray<int> small(2 * 32), large(2 * 128);
    simt::launch(reverse_kernel<32>, 2, 32, 0, nullptr, small.data());
    simt::launch(reverse_kernel<128>, 2, 128, 0, nullptr, large.data());
    EXPECT_EQ(small.read()[32], 31);
    EXPECT_EQ(large.read()[128], 127);
}

__global__ void dynamic_kernel(int* out) {
    FEDMRN_DYNAMIC_SHARED(int, values);
    values[threadIdx.x] = static_cast<int>(threadIdx.x);
    __syncthreads();
    out[threadIdx.x] = values[blockDim.x - 1 - threadIdx.x];
}
TEST(Shared, DynamicBytesAreTheLaunchs) {
    const DeviceArray<int> out(96);
    simt::launch(dynamic_kernel, 1, 96, 96 * sizeof(int), nullptr, out.data());
    EXPECT_EQ(out.read()[0], 95);
}

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
__global__ void overrun_kernel(int*) {
    FEDMRN_SHARED(int, values, [32]);
    values[threadIdx.x + 1] = 0;
}
TEST(Shared, OverrunIsSeenWithoutASanitizerToo) {
    int* const none = nullptr;
    EXPECT_THAT(launch_result(overrun_kernel, 1, 32, none),
                testing::StartsWith("overrun of 128 bytes of shared memory declared at "));
}
#endif

__global__ void too_much_kernel(int*) {
    FEDMRN_SHARED(double, values, [6145]);
    values[0] = 0;
}
TEST(Shared, MoreThanABlockHas) {
    int* const none = nullptr;
    EXPECT_THAT(launch_result(too_much_kernel, 1, 32, none), testing::HasSubstr("48 KiB"));
}

__global__ void copies_kernel(const float* in, float* out) {
    FEDMRN_SHARED(float, values, [2][64]);
    const auto i = threadIdx.x;
    __pipeline_memcpy_async(&values[0][i], &in[i], 4);
    __pipeline_commit();
    __pipeline_memcpy_async(&values[1][i], &in[64 + i], 4, i == 0 ? 4 : 0);
    __pipeline_commit();
    const float early = values[0][i]; // not there yet
    __pipeline_wait_prior(1);
    out[i] = values[0][i];
    out[64 + i] = values[1][i]; // nor this
    __pipeline_wait_prior(0);
    out[128 + i] = values[1][i];
    out[192 + i] = early;
}
TEST(Shared, AsynchronousCopiesComeWithTheirWait) {
    std::vector<float> host(128, 2.0F);
    const DeviceArray<float> in(host), out(256);
    simt::launch(copies_kernel, 1, 64, 0, nullptr, in.data(), out.data());
    const auto o = out.read();
    EXPECT_EQ(o[5], 2.0F);
    EXPECT_EQ(o[128], 0.0F);
    EXPECT_EQ(o[128 + 5], 2.0F);
#ifndef __SANITIZE_THREAD__
    const bool at_once = simt::config().schedule == simt::Schedule::lifo;
    EXPECT_EQ(std::isnan(o[64 + 5]), !at_once);
    EXPECT_EQ(std::isnan(o[192 + 5]), !at_once);
#endif
}

} // namespace
