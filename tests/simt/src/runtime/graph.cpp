// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "runtime/capture.hpp"
#include "runtime/status.hpp"
#include "simt/config.hpp"
#include "simt/memory.hpp"

// CUDA graphs: a recorded queue that is run again and again.
namespace simt::detail {
namespace {

struct GraphExec {
    std::shared_ptr<const Graph> graph;
};
Graph* graph_of(cudaGraph_t handle) { return reinterpret_cast<Graph*>(handle); }
GraphExec* exec_of(cudaGraphExec_t handle) { return reinterpret_cast<GraphExec*>(handle); }

} // namespace

void replay(const Graph& graph) {
    const DeviceScope open; // once for all nodes
    if (!config().lazy_streams && config().schedule != Schedule::random) {
        for (const auto& node : graph.nodes) node.operation();
        return;
    }
    std::vector<std::size_t> missing;
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        missing.push_back(graph.nodes[i].after.size());
        if (missing[i] == 0) ready.push_back(i);
    }
    while (!ready.empty()) {
        std::swap(ready[stream_random()() % ready.size()], ready.back());
        const std::size_t done = ready.back();
        ready.pop_back();
        graph.nodes[done].operation();
        for (std::size_t i = done + 1; i < graph.nodes.size(); ++i) {
            for (const std::size_t before : graph.nodes[i].after) {
                if (before == done && --missing[i] == 0) ready.push_back(i);
            }
        }
    }
}

} // namespace simt::detail

using namespace simt::detail;

extern "C" {
cudaError_t CUDARTAPI cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
    const ApiLock lock;
    return status(begin_capture(stream_of(stream), mode));
}
cudaError_t CUDARTAPI cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
    const ApiLock lock;
    std::unique_ptr<Graph> made;
    const cudaError_t error = end_capture(stream_of(stream), made);
    *graph = reinterpret_cast<cudaGraph_t>(made.release());
    return status(error);
}
cudaError_t CUDARTAPI cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* answer) {
    const ApiLock lock;
    const auto& capture = stream_of(stream).capture;
    *answer = !capture           ? cudaStreamCaptureStatusNone
              : capture->invalid ? cudaStreamCaptureStatusInvalidated
                                 : cudaStreamCaptureStatusActive;
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph,
                                           unsigned long long) {
    const ApiLock lock;
    if (!graph) return status(cudaErrorInvalidValue);
    auto* made = new GraphExec{std::make_shared<const Graph>(*graph_of(graph))};
    *exec = reinterpret_cast<cudaGraphExec_t>(made);
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaGraphExecUpdate(cudaGraphExec_t exec, cudaGraph_t graph,
                                          cudaGraphExecUpdateResultInfo* info) {
    const ApiLock lock;
    const bool same = exec_of(exec)->graph->nodes.size() == graph_of(graph)->nodes.size();
    if (same) exec_of(exec)->graph = std::make_shared<const Graph>(*graph_of(graph));
    if (info) {
        *info = {};
        info->result = same ? cudaGraphExecUpdateSuccess : cudaGraphExecUpdateErrorTopologyChanged;
    }
    return status(same ? cudaSuccess : cudaErrorGraphExecUpdateFailure);
}
cudaError_t CUDARTAPI cudaGraphUpload(cudaGraphExec_t, cudaStream_t) { return cudaSuccess; }
cudaError_t CUDARTAPI cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
    const ApiLock lock;
    if (!exec) return status(cudaErrorInvalidValue);
    if (!is_of_current_device(stream_of(stream))) return status(cudaErrorInvalidResourceHandle);
    return status(submit(stream_of(stream), [graph = exec_of(exec)->graph] { replay(*graph); }));
}
cudaError_t CUDARTAPI cudaGraphExecDestroy(cudaGraphExec_t exec) {
    delete exec_of(exec);
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaGraphDestroy(cudaGraph_t graph) {
    delete graph_of(graph);
    return cudaSuccess;
}
/// The number of nodes; the nodes themselves have no handles here.
cudaError_t CUDARTAPI cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t* nodes, size_t* count) {
    if (nodes) return status(cudaErrorNotSupported);
    *count = graph_of(graph)->nodes.size();
    return cudaSuccess;
}
}
