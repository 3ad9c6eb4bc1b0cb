// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/staging.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/cuda/check.hpp"

namespace fedmrn::kernels::cuda {

Staging::Staging() {
    void* memory = nullptr;
    check(cudaMallocHost(&memory, (segments + 1) * segment_bytes), "reserving pinned memory");
    memory_ = static_cast<std::byte*>(memory);
    for (cudaEvent_t& event : passed_) {
        check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "creating an event");
    }
}

Staging::~Staging() {
    for (cudaEvent_t event : passed_) {
        cudaEventDestroy(event);
    }
    cudaFreeHost(memory_);
}

void Staging::next_segment(cudaStream_t stream) {
    check(cudaEventRecord(passed_[current_], stream), "recording an event");
    current_ = (current_ + 1) % segments;
    used_ = 0;
    check(cudaEventSynchronize(passed_[current_]), "waiting for a copy to the device");
}

void Staging::copy_in(cudaStream_t stream, void* device, const void* host, std::size_t bytes) {
    auto* to = static_cast<std::byte*>(device);
    const auto* from = static_cast<const std::byte*>(host);
    while (bytes != 0) {
        if (used_ == segment_bytes) {
            next_segment(stream);
        }
        const std::size_t part = std::min(bytes, segment_bytes - used_);
        std::byte* pinned = segment(current_) + used_;
        std::memcpy(pinned, from, part);
        check(cudaMemcpyAsync(to, pinned, part, cudaMemcpyHostToDevice, stream),
              "copying to the device");
        used_ += part;
        to += part;
        from += part;
        bytes -= part;
    }
}

void Staging::copy_out(cudaStream_t stream, void* host, const void* device, std::size_t bytes) {
    auto* to = static_cast<std::byte*>(host);
    const auto* from = static_cast<const std::byte*>(device);
    std::byte* pinned = segment(segments);
    while (bytes != 0) {
        const std::size_t part = std::min(bytes, segment_bytes);
        check(cudaMemcpyAsync(pinned, from, part, cudaMemcpyDeviceToHost, stream),
              "copying from the device");
        check(cudaStreamSynchronize(stream), "waiting for the device");
        std::memcpy(to, pinned, part);
        to += part;
        from += part;
        bytes -= part;
    }
}

} // namespace fedmrn::kernels::cuda
