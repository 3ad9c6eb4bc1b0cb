// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/capture.hpp"

#include <algorithm>
#include <utility>

namespace simt::detail {
namespace {

cudaError_t spoil(Capture& capture, cudaError_t error) {
    capture.invalid = true;
    return error;
}

/// Spoils every capture with a stream that satisfies a condition.
template <class F> cudaError_t spoil_where(F condition, cudaError_t error) {
    cudaError_t result = cudaSuccess;
    for (Stream* stream : all_streams()) {
        if (stream->capture && condition(*stream)) result = spoil(*stream->capture, error);
    }
    return result;
}

void merge(std::vector<std::size_t>& into, const std::vector<std::size_t>& nodes) {
    for (const std::size_t node : nodes) {
        if (std::find(into.begin(), into.end(), node) == into.end()) into.push_back(node);
    }
}

/// Whether every node comes, through others or itself, before the end that these tips are.
bool joined(const Graph& graph, const std::vector<std::size_t>& tips) {
    std::vector<bool> reached(graph.nodes.size());
    for (const std::size_t tip : tips) reached[tip] = true;
    for (std::size_t i = graph.nodes.size(); i-- > 0;) { // nodes come after lower ones only
        if (!reached[i]) return false;
        for (const std::size_t before : graph.nodes[i].after) reached[before] = true;
    }
    return true;
}

} // namespace

cudaError_t begin_capture(Stream& stream, cudaStreamCaptureMode mode) {
    static unsigned long long ids = 0;
    if (is_legacy(stream)) return cudaErrorStreamCaptureUnsupported;
    if (stream.capture) return cudaErrorIllegalState;
    stream.capture = std::make_shared<Capture>();
    stream.capture->origin = &stream;
    stream.capture->mode = mode;
    stream.capture->id = ++ids;
    stream.tips.clear();
    return cudaSuccess;
}

cudaError_t end_capture(Stream& stream, std::unique_ptr<Graph>& graph) {
    const auto capture = stream.capture;
    if (!capture) return cudaErrorIllegalState;
    if (capture->origin != &stream) return spoil(*capture, cudaErrorStreamCaptureUnmatched);
    const auto tips = std::move(stream.tips);
    capture->active = false;
    for (Stream* other : all_streams()) {
        if (other->capture == capture) {
            other->capture.reset();
            other->tips.clear();
        }
    }
    if (capture->invalid) return cudaErrorStreamCaptureInvalidated;
    if (!joined(capture->graph, tips)) return cudaErrorStreamCaptureUnjoined;
    graph = std::make_unique<Graph>(std::move(capture->graph));
    return cudaSuccess;
}

cudaError_t add_node(Stream& stream, Operation operation) {
    if (stream.capture->invalid) return cudaErrorStreamCaptureInvalidated;
    auto& nodes = stream.capture->graph.nodes;
    nodes.push_back({std::move(operation), std::exchange(stream.tips, {nodes.size()})});
    return cudaSuccess;
}

cudaError_t wait_captured(Stream& stream, const Event& event) {
    if (!event.capture) { // the stream is captured, the event is not
        return spoil(*stream.capture, cudaErrorStreamCaptureIsolation);
    }
    if (!event.capture->active) return cudaErrorCapturedEvent;
    if (is_legacy(stream)) return spoil(*event.capture, cudaErrorStreamCaptureImplicit);
    if (stream.capture && stream.capture != event.capture) {
        stream.capture->invalid = true;
        return spoil(*event.capture, cudaErrorStreamCaptureMerge);
    }
    stream.capture = event.capture;
    merge(stream.tips, event.nodes);
    return cudaSuccess;
}

cudaError_t forbid_during_capture(Stream& stream) {
    if (is_legacy(stream)) return forbid_legacy_during_capture();
    return stream.capture ? spoil(*stream.capture, cudaErrorStreamCaptureUnsupported) : cudaSuccess;
}
cudaError_t forbid_unsafe_during_capture() {
    const auto strict = [](const Stream& s) {
        return s.capture->mode != cudaStreamCaptureModeRelaxed;
    };
    return spoil_where(strict, cudaErrorStreamCaptureUnsupported);
}
cudaError_t forbid_any_capture() {
    return spoil_where([](const Stream&) { return true; }, cudaErrorStreamCaptureUnsupported);
}
cudaError_t forbid_legacy_during_capture() {
    const auto blocking = [](const Stream& s) { return s.blocking; };
    return spoil_where(blocking, cudaErrorStreamCaptureImplicit);
}

} // namespace simt::detail
