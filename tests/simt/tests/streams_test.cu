// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <simt/device.hpp>

#include "device_array.hpp"

namespace {

__global__ void add_kernel(int* p, int n) {
    const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < n) p[i] += 1;
}

/// Two streams in the lazy mode: copy in and add on one, add and copy out on the other.
class Streams : public testing::Test {
protected:
    static constexpr int n = 100;
    Streams() : device_(n) {
        simt::config().lazy_streams = true;
        cudaStreamCreateWithFlags(&first_, cudaStreamNonBlocking);
        cudaStreamCreateWithFlags(&second_, cudaStreamNonBlocking);
        cudaEventCreateWithFlags(&event_, cudaEventDisableTiming);
        cudaMallocHost(reinterpret_cast<void**>(&host_), n * sizeof(int));
    }
    ~Streams() override {
        cudaStreamDestroy(first_);
        cudaStreamDestroy(second_);
        cudaEventDestroy(event_);
        cudaFreeHost(host_);
        simt::config().lazy_streams = before_;
    }
    /// How many of the n elements are right.
    int go(bool wait, bool synchronize) {
        for (int i = 0; i < n; ++i) host_[i] = i;
        cudaMemcpyAsync(device_.data(), host_, n * sizeof(int), cudaMemcpyHostToDevice, first_);
        simt::launch(add_kernel, 1, 128, 0, first_, device_.data(), n);
        cudaEventRecord(event_, first_);
        if (wait) cudaStreamWaitEvent(second_, event_, 0);
        simt::launch(add_kernel, 1, 128, 0, second_, device_.data(), n);
        cudaMemcpyAsync(host_, device_.data(), n * sizeof(int), cudaMemcpyDeviceToHost, second_);
        if (synchronize) cudaStreamSynchronize(second_);
        int right = 0;
        for (int i = 0; i < n; ++i) right += host_[i] == i + 2;
        return right;
    }
    bool before_ = simt::config().lazy_streams;
    DeviceArray<int> device_;
    int* host_ = nullptr;
    cudaStream_t first_{}, second_{};
    cudaEvent_t event_{};
};

TEST_F(Streams, EventsOrderThem) { EXPECT_EQ(go(true, true), n); }
TEST_F(Streams, AMissingWaitShows) { EXPECT_EQ(go(false, true), 0); }
TEST_F(Streams, AMissingSynchronisationShows) { EXPECT_EQ(go(true, false), 0); }

/// A kernel, a graph and an event go to streams of the thread's current device alone.
TEST_F(Streams, AreOfTheDeviceThatWasCurrent) {
    cudaGraph_t graph{};
    cudaGraphExec_t exec{};
    ASSERT_EQ(cudaStreamBeginCapture(first_, cudaStreamCaptureModeThreadLocal), cudaSuccess);
    simt::launch(add_kernel, 1, 128, 0, first_, device_.data(), n);
    ASSERT_EQ(cudaStreamEndCapture(first_, &graph), cudaSuccess);
    ASSERT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
    ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
    EXPECT_THROW(simt::launch(add_kernel, 1, 128, 0, first_, device_.data(), n), simt::Error);
    EXPECT_EQ(cudaGraphLaunch(exec, first_), cudaErrorInvalidResourceHandle);
    cudaEvent_t other{};
    cudaEventCreateWithFlags(&other, cudaEventDisableTiming);
    EXPECT_EQ(cudaEventRecord(other, first_), cudaErrorInvalidResourceHandle);
    ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
    EXPECT_EQ(cudaGraphLaunch(exec, first_), cudaSuccess);
    cudaEventDestroy(other);
    cudaGraphExecDestroy(exec);
    cudaGraphDestroy(graph);
    cudaStreamSynchronize(first_);
    cudaGetLastError();
}

TEST_F(Streams, QueriesTellWhatIsQueued) {
    EXPECT_EQ(cudaStreamQuery(first_), cudaSuccess);
    simt::launch(add_kernel, 1, 128, 0, first_, device_.data(), n);
    cudaEventRecord(event_, first_);
    EXPECT_EQ(cudaEventQuery(event_), cudaErrorNotReady);
    EXPECT_EQ(cudaEventSynchronize(event_), cudaSuccess);
    EXPECT_EQ(cudaEventQuery(event_), cudaSuccess);
    cudaGetLastError();
}

TEST_F(Streams, MemoryIsFreedInTheOrderOfTheStream) {
    void* p = nullptr;
    ASSERT_EQ(cudaMallocAsync(&p, n * sizeof(int), first_), cudaSuccess);
    simt::launch(add_kernel, 1, 128, 0, first_, static_cast<int*>(p), n);
    ASSERT_EQ(cudaFreeAsync(p, first_), cudaSuccess);
    EXPECT_TRUE(simt::is_device_pointer(p));
    EXPECT_EQ(cudaStreamSynchronize(first_), cudaSuccess);
    EXPECT_FALSE(simt::is_device_pointer(p));
}

TEST_F(Streams, HostFunctionsHaveTheirPlace) {
    std::vector<int> order;
    const auto note = [](void* data) { static_cast<std::vector<int>*>(data)->push_back(1); };
    cudaLaunchHostFunc(first_, note, &order);
    EXPECT_TRUE(order.empty());
    cudaStreamSynchronize(first_);
    EXPECT_EQ(order.size(), 1U);
}

TEST_F(Streams, TheLegacyStreamWaitsForBlockingStreams) {
    cudaStream_t blocking{};
    cudaStreamCreate(&blocking);
    std::vector<int> host(n);
    cudaMemset(device_.data(), 0, n * sizeof(int));
    simt::launch(add_kernel, 1, 128, 0, blocking, device_.data(), n);
    EXPECT_EQ(device_.read(), std::vector<int>(n, 1));
    cudaStreamDestroy(blocking);
}

} // namespace
