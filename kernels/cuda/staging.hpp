// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <cuda_runtime_api.h>

namespace fedmrn::kernels::cuda {

/// Pinned host memory that copies pass through, so that a copy to the device does not wait for it:
/// a ring of segments, each free again once the stream has passed its event.
class Staging {
public:
    Staging();
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;
    ~Staging();

    /// host may change as soon as this returns.
    void copy_in(cudaStream_t stream, void* device, const void* host, std::size_t bytes);
    /// Waits for all that the stream holds.
    void copy_out(cudaStream_t stream, void* host, const void* device, std::size_t bytes);

private:
    static constexpr std::size_t segments = 4, segment_bytes = std::size_t{1} << 20;
    std::byte* segment(std::size_t i) const { return memory_ + i * segment_bytes; }
    void next_segment(cudaStream_t stream);

    std::byte* memory_ = nullptr; ///< the ring, then one segment for copies from the device
    cudaEvent_t passed_[segments] = {};
    std::size_t current_ = 0, used_ = 0;
};

} // namespace fedmrn::kernels::cuda
