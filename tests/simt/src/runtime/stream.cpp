// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/stream.hpp"

#include <utility>

#include "runtime/capture.hpp"
#include "runtime/device_properties.hpp"
#include "simt/config.hpp"

namespace simt::detail {
namespace {

Stream& legacy() {
    static auto* stream = new Stream;
    return *stream;
}

bool step(Stream& stream) {
    if (stream.queue.empty()) return false;
    const Operation operation = std::move(stream.queue.front());
    stream.queue.pop_front();
    operation();
    return true;
}

/// Streams interleave at random.
void drain_streams(bool blocking_only) {
    for (;;) {
        std::vector<Stream*> waiting;
        for (Stream* stream : all_streams()) {
            if (!stream->queue.empty() && (stream->blocking || !blocking_only)) {
                waiting.push_back(stream);
            }
        }
        if (waiting.empty()) return;
        step(*waiting[stream_random()() % waiting.size()]);
    }
}

} // namespace

std::minstd_rand& stream_random() {
    static std::minstd_rand random(static_cast<unsigned>(config().seed));
    return random;
}

std::vector<Stream*>& all_streams() {
    static auto* streams = new std::vector<Stream*>{&legacy()};
    return *streams;
}
bool is_legacy(const Stream& stream) { return &stream == &legacy(); }
bool is_of_current_device(const Stream& stream) {
    return is_legacy(stream) || stream.device == current_device();
}

Stream& stream_of(cudaStream_t handle) {
    const bool none = handle == nullptr || handle == cudaStreamLegacy;
    return none ? legacy() : *reinterpret_cast<Stream*>(handle);
}

cudaStream_t add_stream(bool blocking) {
    auto* stream = new Stream;
    stream->blocking = blocking;
    stream->device = current_device();
    all_streams().push_back(stream);
    return reinterpret_cast<cudaStream_t>(stream);
}

void remove_stream(Stream& stream) {
    drain(stream);
    std::erase(all_streams(), &stream);
    delete &stream;
}

cudaError_t submit(Stream& stream, Operation operation) {
    if (stream.capture) return add_node(stream, std::move(operation));
    if (is_legacy(stream)) {
        if (auto error = forbid_legacy_during_capture()) return error;
    }
    if (!config().lazy_streams) {
        operation();
        return cudaSuccess;
    }
    if (is_legacy(stream)) {
        drain_streams(true);
    } else if (stream.blocking) {
        drain(legacy());
    }
    stream.queue.push_back(std::move(operation));
    return cudaSuccess;
}

void drain(Stream& stream) {
    while (step(stream)) {
    }
}
void drain_all() { drain_streams(false); }

void drain_until(const Marker& marker, Stream* stream) {
    while (!marker.passed && step(*stream)) {
    }
}

} // namespace simt::detail
