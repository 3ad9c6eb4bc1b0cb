// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <simt/device.hpp>

#include "device_array.hpp"

namespace {

/// x = x · factor + term: replays and orders can be told apart.
__global__ void step_kernel(int* x, int factor, int term) { *x = *x * factor + term; }
__global__ void sum_kernel(int* x, const int* y, const int* z) { *x = *y + *z; }

class Graphs : public testing::Test {
protected:
    Graphs() : x_(one), y_(one), z_(one) {
        cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking);
        cudaStreamCreateWithFlags(&other_, cudaStreamNonBlocking);
        cudaEventCreate(&fork_);
        cudaEventCreate(&join_);
    }
    ~Graphs() override {
        if (exec_) cudaGraphExecDestroy(exec_);
        if (graph_) cudaGraphDestroy(graph_);
        cudaStreamDestroy(stream_);
        cudaStreamDestroy(other_);
        cudaEventDestroy(fork_);
        cudaEventDestroy(join_);
        cudaGetLastError();
    }
    void begin(cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal) {
        ASSERT_EQ(cudaStreamBeginCapture(stream_, mode), cudaSuccess);
    }
    cudaError_t end() { return cudaStreamEndCapture(stream_, &graph_); }
    void step(const DeviceArray<int>& a, int factor, int term, cudaStream_t stream) {
        simt::launch(step_kernel, 1, 1, 0, stream, a.data(), factor, term);
    }
    void replay() {
        if (!exec_) {
            ASSERT_EQ(cudaGraphInstantiate(&exec_, graph_, 0), cudaSuccess);
        }
        ASSERT_EQ(cudaGraphLaunch(exec_, stream_), cudaSuccess);
        ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);
    }
    const std::vector<int> one = {1};
    DeviceArray<int> x_, y_, z_;
    cudaStream_t stream_{}, other_{};
    cudaEvent_t fork_{}, join_{};
    cudaGraph_t graph_{};
    cudaGraphExec_t exec_{};
};

TEST_F(Graphs, RunWhenLaunchedAndAgain) {
    begin();
    step(x_, 2, 1, stream_);
    step(x_, 3, 0, stream_);
    cudaStreamCaptureStatus capturing{};
    EXPECT_EQ(cudaStreamIsCapturing(stream_, &capturing), cudaSuccess);
    EXPECT_EQ(capturing, cudaStreamCaptureStatusActive);
    ASSERT_EQ(end(), cudaSuccess);
    EXPECT_EQ(x_.read()[0], 1);
    std::size_t nodes = 0;
    EXPECT_EQ(cudaGraphGetNodes(graph_, nullptr, &nodes), cudaSuccess);
    EXPECT_EQ(nodes, 2U);
    replay();
    EXPECT_EQ(x_.read()[0], 9);
    replay();
    EXPECT_EQ(x_.read()[0], 57);
}

TEST_F(Graphs, ForkAndJoinThroughEvents) {
    for (const bool joined : {true, false}) {
        begin();
        step(y_, 1, 1, stream_);
        cudaEventRecord(fork_, stream_);
        cudaStreamWaitEvent(other_, fork_, 0);
        step(z_, 1, 10, other_);
        cudaEventRecord(join_, other_);
        if (joined) cudaStreamWaitEvent(stream_, join_, 0);
        simt::launch(sum_kernel, 1, 1, 0, stream_, x_.data(), y_.data(), z_.data());
        EXPECT_EQ(end(), joined ? cudaSuccess : cudaErrorStreamCaptureUnjoined);
        if (joined) {
            replay();
            EXPECT_EQ(x_.read()[0], 13);
            cudaGraphDestroy(graph_);
        }
    }
    EXPECT_EQ(graph_, nullptr);
}

TEST_F(Graphs, CopiesAndGraphsAreNodesToo) {
    begin();
    cudaMemsetAsync(y_.data(), 0, sizeof(int), stream_);
    cudaMemcpyAsync(x_.data(), y_.data(), sizeof(int), cudaMemcpyDeviceToDevice, stream_);
    ASSERT_EQ(end(), cudaSuccess);
    cudaGraphExec_t inner{};
    ASSERT_EQ(cudaGraphInstantiate(&inner, graph_, 0), cudaSuccess);
    cudaGraphDestroy(graph_);
    begin();
    cudaGraphLaunch(inner, stream_);
    step(x_, 1, 5, stream_);
    ASSERT_EQ(end(), cudaSuccess);
    cudaGraphExecDestroy(inner);
    replay();
    EXPECT_EQ(x_.read()[0], 5);
}

TEST_F(Graphs, WhatIsForbiddenDuringCaptureSpoilsIt) {
    const auto spoils = [&](auto call) {
        begin();
        step(x_, 2, 1, stream_);
        const cudaError_t error = call();
        EXPECT_EQ(end(), cudaErrorStreamCaptureInvalidated);
        EXPECT_EQ(graph_, nullptr);
        return error;
    };
    const auto unsupported = cudaErrorStreamCaptureUnsupported;
    void* p = nullptr;
    int host = 0;
    EXPECT_EQ(spoils([&] { return cudaStreamSynchronize(stream_); }), unsupported);
    EXPECT_EQ(spoils([&] { return cudaStreamQuery(stream_); }), unsupported);
    EXPECT_EQ(spoils([&] { return cudaDeviceSynchronize(); }), unsupported);
    EXPECT_EQ(spoils([&] { return cudaMalloc(&p, 4); }), unsupported);
    EXPECT_EQ(spoils([&] { return cudaFree(x_.data()); }), unsupported);
    EXPECT_EQ(spoils([&] { return cudaMallocAsync(&p, 4, stream_); }), unsupported);
    EXPECT_EQ(spoils([&] { return cudaMemcpy(&host, x_.data(), 4, cudaMemcpyDeviceToHost); }),
              unsupported);
    EXPECT_EQ(spoils([&] {
                  cudaEventRecord(fork_, stream_);
                  return cudaEventSynchronize(fork_);
              }),
              cudaErrorCapturedEvent);
    cudaEventRecord(join_, other_);
    EXPECT_EQ(spoils([&] { return cudaStreamWaitEvent(stream_, join_, 0); }),
              cudaErrorStreamCaptureIsolation);
    EXPECT_EQ(x_.read()[0], 1);
}

TEST_F(Graphs, ARelaxedCaptureAllowsAllocation) {
    begin(cudaStreamCaptureModeRelaxed);
    step(x_, 2, 1, stream_);
    const DeviceArray<int> more(4);
    EXPECT_EQ(end(), cudaSuccess);
}

TEST_F(Graphs, CapturesAreEndedWhereTheyBegan) {
    EXPECT_EQ(end(), cudaErrorIllegalState);
    EXPECT_EQ(cudaStreamBeginCapture(nullptr, cudaStreamCaptureModeGlobal),
              cudaErrorStreamCaptureUnsupported);
    begin();
    EXPECT_EQ(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeGlobal), cudaErrorIllegalState);
    cudaEventRecord(fork_, stream_);
    cudaStreamWaitEvent(other_, fork_, 0);
    EXPECT_EQ(cudaStreamEndCapture(other_, &graph_), cudaErrorStreamCaptureUnmatched);
    EXPECT_EQ(end(), cudaErrorStreamCaptureInvalidated);
}

TEST_F(Graphs, TheLegacyStreamMayNotMeetABlockingCapture) {
    cudaStream_t blocking{};
    cudaStreamCreate(&blocking);
    ASSERT_EQ(cudaStreamBeginCapture(blocking, cudaStreamCaptureModeRelaxed), cudaSuccess);
    EXPECT_THROW(step(x_, 1, 1, nullptr), simt::Error);
    EXPECT_EQ(cudaGetLastError(), cudaErrorStreamCaptureImplicit);
    EXPECT_EQ(cudaStreamEndCapture(blocking, &graph_), cudaErrorStreamCaptureInvalidated);
    cudaStreamDestroy(blocking);
}

TEST_F(Graphs, AnUpdateKeepsTheShape) {
    begin();
    step(x_, 1, 1, stream_);
    ASSERT_EQ(end(), cudaSuccess);
    replay();
    cudaGraphDestroy(graph_);
    begin();
    step(x_, 1, 100, stream_);
    ASSERT_EQ(end(), cudaSuccess);
    cudaGraphExecUpdateResultInfo info{};
    EXPECT_EQ(cudaGraphExecUpdate(exec_, graph_, &info), cudaSuccess);
    replay();
    EXPECT_EQ(x_.read()[0], 102);
}

} // namespace
