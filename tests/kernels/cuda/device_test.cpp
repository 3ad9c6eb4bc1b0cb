// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cuda_device.hpp"

#include <gmock/gmock.h>

#include "fedmrn/error.hpp"
#include "kernels/platforms.hpp"
#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

using kernels::cuda::CudaDevice;
using kernels::cuda::Scratch;
using testing::HasSubstr;

template <class Body> std::string error_of(const Body& body) {
    try {
        body();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(CudaDevice, copies_come_back_whatever_their_size) {
    const auto device = open_device(DeviceKind::cuda);
    for (const std::size_t size : {0u, 1u, 3u, 1u << 20, (1u << 20) + 1, 7u << 20}) {
        std::vector<std::uint8_t> bytes(size);
        for (std::size_t i = 0; i < size; ++i) {
            bytes[i] = static_cast<std::uint8_t>(i * 31 + (i >> 9));
        }
        Buffer<std::uint8_t> buffer(*device, bytes), other(*device, size);
        device->copy_within(other.data(), buffer.data(), size);
        EXPECT_TRUE(other.read() == bytes) << size;
    }
}

TEST(CudaDevice, host_memory_may_change_once_a_copy_returns) {
    const auto device = open_device(DeviceKind::cuda);
    constexpr std::size_t values = 10000, copies = 160; // goes round the ring
    Buffer<std::uint32_t> buffer(*device, values * copies);
    std::vector<std::uint32_t> host(values);
    for (std::uint32_t copy = 0; copy < copies; ++copy) {
        std::fill(host.begin(), host.end(), copy);
        buffer.write(host, copy * values);
    }
    const auto all = buffer.read();
    for (std::size_t i = 0; i < all.size(); ++i) {
        ASSERT_EQ(all[i], i / values);
    }
}

TEST(CudaDevice, buffers_start_cleared) {
    const auto device = open_device(DeviceKind::cuda);
    EXPECT_THAT(Buffer<int>(*device, 1000).read(), testing::Each(0));
}

TEST(CudaDevice, too_much_memory_is_one_clear_line) {
    const auto device = open_device(DeviceKind::cuda);
    const std::string what = error_of([&] { device->allocate(std::size_t{1} << 50); });
    EXPECT_THAT(what, HasSubstr("no memory left for an array of 1073741824 MiB"));
    EXPECT_THAT(what, HasSubstr("are free"));
    EXPECT_EQ(what.find('\n'), std::string::npos);
    device->synchronize(); // and the device goes on
}

TEST(CudaDevice, scratch_grows_but_not_inside_a_capture) {
    CudaDevice device;
    void* small = device.scratch(Scratch::weight_sums, 100);
    EXPECT_EQ(device.scratch(Scratch::weight_sums, 50), small);
    EXPECT_NE(device.scratch(Scratch::batchnorm_sums, 50), small);
    ASSERT_EQ(cudaStreamBeginCapture(device.stream(), cudaStreamCaptureModeThreadLocal),
              cudaSuccess);
    EXPECT_EQ(device.scratch(Scratch::weight_sums, 100), small);
    EXPECT_THAT(error_of([&] { device.scratch(Scratch::weight_sums, 5000); }),
                HasSubstr("captured before it had run once"));
    cudaGraph_t graph = nullptr;
    ASSERT_EQ(cudaStreamEndCapture(device.stream(), &graph), cudaSuccess);
    cudaGraphDestroy(graph);
    EXPECT_NE(device.scratch(Scratch::weight_sums, 5000), small);
}

TEST(CudaDevice, is_listed) {
    const auto devices = kernels::platform(DeviceKind::cuda).list();
    ASSERT_FALSE(devices.empty());
    EXPECT_EQ(devices.front().kind, DeviceKind::cuda);
    EXPECT_THAT(devices.front().capabilities, testing::StartsWith("sm_"));
    EXPECT_GT(devices.front().memory, 0u);
}

} // namespace
} // namespace fedmrn::test
