// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <cuda_runtime_api.h>

// What the simulated runtime offers beyond the CUDA API, for code that plays the part of a device.
namespace simt {

/// Inside an allocation that a kernel may touch: device memory, or pinned host memory.
bool reachable_from_device(const void* p);
/// Inside device memory.
bool is_device_pointer(const void* p);

/// Queues work of the device on a stream: a kernel, a library call. It runs with device memory
/// open, at once, later, or again and again where a graph captured it. The error, if any, is also
/// the last error.
cudaError_t enqueue(cudaStream_t stream, std::function<void()> work);

/// Device memory is open to the host for as long as one of these lives.
class DeviceScope {
public:
    DeviceScope();
    DeviceScope(const DeviceScope&) = delete;
    DeviceScope& operator=(const DeviceScope&) = delete;
    ~DeviceScope();
};

} // namespace simt
