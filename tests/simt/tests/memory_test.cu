// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <simt/device.hpp>

#include "device_array.hpp"

namespace {

TEST(Memory, FreshMemoryIsGarbage) {
    const DeviceArray<int> a(100);
    EXPECT_EQ(a.read(), std::vector<int>(100, -1));
}

TEST(Memory, CopiesOverTheEndOrTheWrongWayAreRefused) {
    const DeviceArray<int> a(std::vector<int>(16));
    std::vector<int> host(20);
    EXPECT_EQ(cudaMemcpy(host.data(), a.data(), 80, cudaMemcpyDeviceToHost), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemcpy(a.data(), a.data(), 4, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemset(a.data() + 16, 0, 4), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemcpy(host.data(), a.data(), 64, cudaMemcpyDefault), cudaSuccess);
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidValue);
}

TEST(Memory, TheLastErrorStaysUntilItIsTaken) {
    cudaGetLastError();
    EXPECT_EQ(cudaSetDevice(3), cudaErrorInvalidDevice);
    EXPECT_EQ(cudaSetDevice(0), cudaSuccess);
    EXPECT_EQ(cudaPeekAtLastError(), cudaErrorInvalidDevice);
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidDevice);
    EXPECT_EQ(cudaGetLastError(), cudaSuccess);
    EXPECT_STREQ(cudaGetErrorName(cudaErrorInvalidDevice), "cudaErrorInvalidDevice");
}

TEST(Memory, ThereIsOnlySoMuch) {
    const std::size_t before = simt::config().memory;
    std::size_t free = 0, total = 0;
    ASSERT_EQ(cudaMemGetInfo(&free, &total), cudaSuccess);
    simt::config().memory = total - free + (1 << 20);
    void *p = nullptr, *q = nullptr;
    EXPECT_EQ(cudaMalloc(&p, 768 << 10), cudaSuccess);
    EXPECT_EQ(cudaMallocAsync(&q, 512 << 10, nullptr), cudaErrorMemoryAllocation);
    EXPECT_EQ(q, nullptr);
    ASSERT_EQ(cudaMemGetInfo(&free, &total), cudaSuccess);
    EXPECT_EQ(free, 256U << 10);
    EXPECT_EQ(cudaFree(p), cudaSuccess);
    EXPECT_EQ(cudaMallocAsync(&q, 512 << 10, nullptr), cudaSuccess);
    EXPECT_EQ(cudaFreeAsync(q, nullptr), cudaSuccess);
    EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    EXPECT_EQ(cudaFree(q), cudaErrorInvalidValue);
    simt::config().memory = before;
    cudaGetLastError();
}

TEST(Memory, PointersTellWhereTheyPoint) {
    const DeviceArray<int> a(4);
    int host = 0;
    void* pinned = nullptr;
    ASSERT_EQ(cudaMallocHost(&pinned, 64), cudaSuccess);
    const auto type = [](const void* p) {
        cudaPointerAttributes attributes{};
        cudaPointerGetAttributes(&attributes, p);
        return attributes.type;
    };
    EXPECT_EQ(type(a.data() + 3), cudaMemoryTypeDevice);
    EXPECT_EQ(type(pinned), cudaMemoryTypeHost);
    EXPECT_EQ(type(&host), cudaMemoryTypeUnregistered);
    EXPECT_EQ(cudaFreeHost(pinned), cudaSuccess);
}

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
__global__ void before_start_kernel(char* p) { p[-1] = 0; }
__global__ void after_end_kernel(char* p, int size) { p[size] = 0; }
TEST(Memory, WritesAroundAnAllocationAreSeenWithoutASanitizerToo) {
    const auto wait = [] { cudaDeviceSynchronize(); };
    const auto before = [&](char* p) {
        simt::launch(before_start_kernel, 1, 1, 0, nullptr, p), wait();
    };
    const auto after = [&](char* p) {
        simt::launch(after_end_kernel, 1, 1, 0, nullptr, p, 100), wait();
    };
    void *p = nullptr, *q = nullptr;
    ASSERT_EQ(cudaMalloc(&p, 100), cudaSuccess);
    EXPECT_THROW(before(static_cast<char*>(p)), simt::Error);
    EXPECT_EQ(cudaFree(p), cudaSuccess);
    ASSERT_EQ(cudaMalloc(&q, 100), cudaSuccess);
    EXPECT_THROW(after(static_cast<char*>(q)), simt::Error);
    EXPECT_EQ(cudaFree(q), cudaSuccess);
}
TEST(MemoryDeathTest, TheHostCannotTouchIt) {
    const DeviceArray<int> a(4);
    EXPECT_DEATH(const_cast<volatile int*>(a.data())[0] = 1,
                 "the host touched device memory, of 16 bytes");
}
#endif

TEST(Memory, TheDeviceIsDescribed) {
    cudaDeviceProp p;
    ASSERT_EQ(cudaGetDeviceProperties(&p, 0), cudaSuccess);
    EXPECT_STREQ(p.name, "simulated GPU");
    EXPECT_EQ(cudaGetDeviceProperties(&p, 2), cudaErrorInvalidDevice);
    int lanes = 0;
    EXPECT_EQ(cudaDeviceGetAttribute(&lanes, cudaDevAttrWarpSize, 0), cudaSuccess);
    EXPECT_EQ(lanes, 32);
    cudaGetLastError();
}

} // namespace
