// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "runtime/stream.hpp"

namespace simt::detail {

/// Work with its order: node i comes after all of nodes[i].after.
struct Graph {
    struct Node {
        Operation operation;
        std::vector<std::size_t> after;
    };
    std::vector<Node> nodes;
};

/// Runs every node, in the order of capture, or where the schedule is random or streams are lazy,
/// in any order that the graph allows: a dependency that was forgotten shows.
void replay(const Graph& graph);

/// A capture in progress; the streams and events that belong to it point at it.
struct Capture {
    Graph graph;
    Stream* origin = nullptr;
    cudaStreamCaptureMode mode{};
    bool invalid = false, active = true;
    unsigned long long id = 0;
};

cudaError_t begin_capture(Stream& stream, cudaStreamCaptureMode mode);
/// Ends the stream's capture, whatever its outcome.
cudaError_t end_capture(Stream& stream, std::unique_ptr<Graph>& graph);

cudaError_t add_node(Stream& stream, Operation operation);
/// The stream's next node comes after the event; a stream outside the capture joins it.
cudaError_t wait_captured(Stream& stream, const Event& event);

// What a capture forbids is an error and spoils the capture.
/// A call that waits for, or asks about, this very stream.
cudaError_t forbid_during_capture(Stream& stream);
/// Calls such as cudaMalloc that may wait for any stream: cudaStreamCaptureModeRelaxed allows them.
cudaError_t forbid_unsafe_during_capture();
/// Waiting for the whole device.
cudaError_t forbid_any_capture();
/// The legacy stream would wait for a capturing stream that blocks with it.
cudaError_t forbid_legacy_during_capture();

} // namespace simt::detail
