// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/recording.hpp"

namespace fedmrn::kernels::cuda {
namespace {

/// Owns a graph until it is instantiated.
struct Graph {
    cudaGraph_t graph = nullptr;
    ~Graph() {
        if (graph) {
            cudaGraphDestroy(graph);
        }
    }
};

} // namespace

GraphRecording::GraphRecording(const CudaDevice& device, const std::function<void()>& work)
    : device_(device) {
    const cudaStream_t stream = device.stream();
    Graph captured;
    check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "beginning a capture");
    try {
        work();
    } catch (...) { // the capture must end, or the stream stays unusable
        cudaStreamEndCapture(stream, &captured.graph);
        cudaGetLastError();
        throw;
    }
    check(cudaStreamEndCapture(stream, &captured.graph), "ending a capture");
    check(cudaGraphInstantiate(&graph_, captured.graph, 0), "making a graph");
    for (cudaEvent_t& event : passed_) {
        check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "creating an event");
    }
}

GraphRecording::~GraphRecording() {
    for (cudaEvent_t event : passed_) {
        cudaEventDestroy(event);
    }
    cudaGraphExecDestroy(graph_);
}

void GraphRecording::replay() {
    const cudaStream_t stream = device_.stream();
    check(cudaGraphLaunch(graph_, stream), "launching a graph");
    if (++queued_ % half == 0) {
        const unsigned now = queued_ / half % 2;
        check(cudaEventRecord(passed_[now], stream), "recording an event");
        check(cudaEventSynchronize(passed_[1 - now]), "waiting for the device");
    }
}

} // namespace fedmrn::kernels::cuda
