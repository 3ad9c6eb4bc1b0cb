// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Thrust's sequential system plays the device: compile with THRUST_DEVICE_SYSTEM_CPP.
#include <thrust/execution_policy.h>

#include "simt/error.hpp"
#include "simt/memory.hpp"

namespace simt {

/// Calls algorithm(policy) when the stream has done its work so far, with device memory open, and
/// returns what it returns. Not while the stream is captured: Thrust allocates.
template <class Algorithm> decltype(auto) thrust_on(cudaStream_t stream, Algorithm&& algorithm) {
    if (cudaStreamSynchronize(stream) != cudaSuccess) {
        throw Error("Thrust on a stream that is being captured");
    }
    const DeviceScope scope;
    return std::forward<Algorithm>(algorithm)(thrust::device);
}

} // namespace simt
