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

/// What is queued on somebody's stream is in the order of their own work there, and the stream
/// stays theirs.
TEST(CudaDevice, a_given_stream_orders_its_work_with_the_owners) {
    cudaStream_t stream = nullptr;
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
    std::vector<float> after(3);
    float* theirs = nullptr;
    ASSERT_EQ(cudaMalloc(reinterpret_cast<void**>(&theirs), sizeof(float) * 3), cudaSuccess);
    {
        const auto device = kernels::platform(DeviceKind::cuda)
                                .open(Precision::fp32, {.gpu = 0, .stream = stream}, 1);
        Buffer<float> ours(*device, std::vector<float>{1, 2, 3});
        cudaMemcpyAsync(theirs, ours.data().get(), sizeof(float) * 3, cudaMemcpyDeviceToDevice,
                        stream);
        ours.clear();
        cudaMemcpyAsync(ours.data().get() + 1, theirs, sizeof(float), cudaMemcpyDeviceToDevice,
                        stream);
        EXPECT_EQ(ours.read(), (std::vector<float>{0, 1, 0}));
    }
    cudaMemcpyAsync(after.data(), theirs, sizeof(float) * 3, cudaMemcpyDeviceToHost, stream);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(after, (std::vector<float>{1, 2, 3}));
    EXPECT_EQ(cudaFree(theirs), cudaSuccess);
    EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
}

TEST(CudaDevice, a_place_that_is_not_there_is_one_clear_line) {
    const auto open = [](const DevicePlace& place) {
        return error_of(
            [&] { kernels::platform(DeviceKind::cuda).open(Precision::fp32, place, 0); });
    };
    EXPECT_THAT(open({.gpu = 1000}), HasSubstr("expected a GPU below "));
    EXPECT_THAT(open({.stream = cudaStreamLegacy}), HasSubstr("a default stream does not allow"));
    EXPECT_THAT(open({.stream = cudaStreamPerThread}), HasSubstr("cudaStreamCreate made"));
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
