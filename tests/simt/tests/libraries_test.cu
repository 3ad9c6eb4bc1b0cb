// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <simt/curand.hpp>
#include <simt/device.hpp>
#include <simt/thrust.hpp>

#include <gtest/gtest.h>
#include <thrust/reduce.h>
#include <thrust/scan.h>
#include <thrust/sort.h>

#include "device_array.hpp"

namespace {

__global__ void philox_kernel(unsigned long long seed, uint4* out) {
    const unsigned i = threadIdx.x;
    curandStatePhilox4_32_10_t state;
    curand_init(seed, i, 0, &state);
    out[i] = curand4(&state);
}
/// The published known answer of Philox4x32-10 for an all-zero key and counter.
TEST(Libraries, CurandsPhiloxIsPhilox) {
    const DeviceArray<uint4> out(4);
    simt::launch(philox_kernel, 1, 4, 0, nullptr, 0ULL, out.data());
    const auto o = out.read();
    EXPECT_EQ(o[0].x, 0x6627e8d5U);
    EXPECT_EQ(o[0].y, 0xe169c58dU);
    EXPECT_EQ(o[0].z, 0xbc57ac4cU);
    EXPECT_EQ(o[0].w, 0x9b00dbd8U);
    EXPECT_NE(o[1].x, o[0].x);
}

__global__ void scatter_kernel(int* p, int n) {
    const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < n) p[i] = i * 7919 % n;
}
TEST(Libraries, ThrustWorksOnDeviceMemoryInTheOrderOfTheStream) {
    constexpr int n = 1009;
    const DeviceArray<int> a(n);
    int* const p = a.data();
    cudaStream_t stream{};
    cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
    simt::launch(scatter_kernel, (n + 127) / 128, 128, 0, stream, p, n);
    const int sum =
        simt::thrust_on(stream, [=](auto policy) { return thrust::reduce(policy, p, p + n); });
    simt::thrust_on(stream, [=](auto policy) { thrust::sort(policy, p, p + n); });
    simt::thrust_on(stream, [=](auto policy) { thrust::exclusive_scan(policy, p, p + n, p); });
    EXPECT_EQ(sum, n * (n - 1) / 2);
    EXPECT_EQ(a.read()[n - 1], (n - 1) * (n - 2) / 2);
    cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal);
    EXPECT_THROW(simt::thrust_on(stream, [](auto) {}), simt::Error);
    cudaGraph_t graph{};
    cudaStreamEndCapture(stream, &graph);
    cudaStreamDestroy(stream);
    cudaGetLastError();
}

} // namespace
