// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include <cuda_runtime_api.h>

namespace simt::detail {

struct Capture;
using Operation = std::function<void()>;

/// A queue of work. The legacy stream is one of them; it and the blocking streams wait for each
/// other.
struct Stream {
    bool blocking = true;
    int device = 0; ///< that was current when it was made
    std::deque<Operation> queue;
    // while it is captured: the graph being made, and the nodes that the next one comes after
    std::shared_ptr<Capture> capture;
    std::vector<std::size_t> tips;
};

/// What an event's last record stands for.
struct Marker {
    bool passed = false;
};
struct Event {
    int device = 0;                 ///< that was current when it was made
    std::shared_ptr<Marker> marker; ///< null until recorded
    Stream* stream = nullptr;
    std::shared_ptr<Capture> capture; ///< of the stream, when it was recorded in one
    std::vector<std::size_t> nodes;
};

Stream& stream_of(cudaStream_t handle);
cudaStream_t add_stream(bool blocking);
void remove_stream(Stream& stream);
bool is_legacy(const Stream& stream);
/// Whether the calling thread may launch on it: the legacy stream is every device's.
bool is_of_current_device(const Stream& stream);
std::vector<Stream*>& all_streams();

/// Queues an operation: runs it now, later (lazy streams), or makes it a node of the graph that the
/// stream is captured into.
cudaError_t submit(Stream& stream, Operation operation);
/// Runs what one stream, or all, still have to do.
void drain(Stream& stream);
void drain_all();
/// Runs the marker's stream as far as the marker.
void drain_until(const Marker& marker, Stream* stream);

/// For choices that CUDA leaves open.
std::minstd_rand& stream_random();

} // namespace simt::detail
