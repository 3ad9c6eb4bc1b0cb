// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "runtime/allocation.hpp"
#include "runtime/capture.hpp"
#include "runtime/device_memory.hpp"
#include "runtime/status.hpp"
#include "simt/memory.hpp"

// cudaMemcpy…, cudaMemset….
using namespace simt::detail;

namespace {

bool on_device(const void* p) { return DeviceMemory::instance().holds(p); }

cudaMemcpyKind kind_of(const void* to, const void* from) {
    if (on_device(to)) return on_device(from) ? cudaMemcpyDeviceToDevice : cudaMemcpyHostToDevice;
    return on_device(from) ? cudaMemcpyDeviceToHost : cudaMemcpyHostToHost;
}
/// Both sides lie where the kind says, and device memory is long enough.
bool valid(const void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    const auto& memory = DeviceMemory::instance();
    return kind_of(to, from) == kind && (!on_device(to) || memory.holds(to, bytes)) &&
           (!on_device(from) || memory.holds(from, bytes));
}
/// A copy of pageable memory is staged, so the host cannot tell it from a synchronous one.
bool waits(const void* to, const void* from, cudaMemcpyKind kind) {
    return (kind == cudaMemcpyHostToDevice && !is_pinned(from)) ||
           (kind == cudaMemcpyDeviceToHost && !is_pinned(to));
}

} // namespace

extern "C" {
cudaError_t CUDARTAPI cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind,
                                      cudaStream_t stream) {
    const ApiLock lock;
    if (bytes == 0) return cudaSuccess;
    if (kind == cudaMemcpyDefault) kind = kind_of(to, from);
    if (!valid(to, from, bytes, kind)) return status(cudaErrorInvalidValue);
    const cudaError_t error = simt::enqueue(stream, [=] { std::memmove(to, from, bytes); });
    Stream& s = stream_of(stream);
    if (!error && !s.capture && waits(to, from, kind)) drain(s);
    return error;
}
cudaError_t CUDARTAPI cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind kind) {
    const ApiLock lock;
    if (auto error = forbid_unsafe_during_capture()) return status(error);
    if (auto error = cudaMemcpyAsync(to, from, bytes, kind, nullptr)) return error;
    drain(stream_of(nullptr));
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from,
                                        size_t from_pitch, size_t width, size_t height,
                                        cudaMemcpyKind kind, cudaStream_t stream) {
    const ApiLock lock;
    if (width == 0 || height == 0) return cudaSuccess;
    if (kind == cudaMemcpyDefault) kind = kind_of(to, from);
    const size_t rows = height - 1;
    if (width > to_pitch || width > from_pitch || !valid(to, from, width, kind) ||
        (on_device(to) && !DeviceMemory::instance().holds(to, rows * to_pitch + width)) ||
        (on_device(from) && !DeviceMemory::instance().holds(from, rows * from_pitch + width))) {
        return status(cudaErrorInvalidValue);
    }
    const cudaError_t error = simt::enqueue(stream, [=] {
        for (size_t row = 0; row < height; ++row) {
            std::memmove(static_cast<char*>(to) + row * to_pitch,
                         static_cast<const char*>(from) + row * from_pitch, width);
        }
    });
    Stream& s = stream_of(stream);
    if (!error && !s.capture && waits(to, from, kind)) drain(s);
    return error;
}
cudaError_t CUDARTAPI cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream) {
    const ApiLock lock;
    if (bytes == 0) return cudaSuccess;
    if (!DeviceMemory::instance().holds(to, bytes)) return status(cudaErrorInvalidValue);
    return simt::enqueue(stream, [=] { std::memset(to, value, bytes); });
}
cudaError_t CUDARTAPI cudaMemset(void* to, int value, size_t bytes) {
    const ApiLock lock;
    if (auto error = forbid_unsafe_during_capture()) return status(error);
    return cudaMemsetAsync(to, value, bytes, nullptr);
}
}
