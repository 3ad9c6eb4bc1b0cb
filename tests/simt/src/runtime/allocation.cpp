// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>

#include "runtime/allocation.hpp"
#include "runtime/capture.hpp"
#include "runtime/device_memory.hpp"
#include "runtime/device_properties.hpp"
#include "runtime/status.hpp"
#include "simt/memory.hpp"

// cudaMalloc…, cudaFree…, pinned memory, memory pools.
using namespace simt::detail;

namespace {

DeviceMemory& memory() { return DeviceMemory::instance(); }

/// Pinned host memory: start and size.
std::map<const char*, std::size_t>& pinned() {
    static auto* ranges = new std::map<const char*, std::size_t>;
    return *ranges;
}

cudaError_t allocate(void** p, std::size_t bytes) {
    *p = bytes ? memory().allocate(bytes) : nullptr;
    return status(*p || bytes == 0 ? cudaSuccess : cudaErrorMemoryAllocation);
}

} // namespace

namespace simt {

bool detail::is_pinned(const void* p) {
    auto range = pinned().upper_bound(static_cast<const char*>(p));
    if (range == pinned().begin()) return false;
    --range;
    return p < range->first + range->second;
}
bool is_device_pointer(const void* p) {
    const ApiLock lock;
    return memory().holds(p);
}
bool reachable_from_device(const void* p) {
    const ApiLock lock;
    return memory().holds(p) || is_pinned(p);
}
DeviceScope::DeviceScope() {
    const ApiLock lock;
    memory().open();
}
DeviceScope::~DeviceScope() {
    const ApiLock lock;
    memory().close();
}
cudaError_t enqueue(cudaStream_t stream, std::function<void()> work) {
    const ApiLock lock;
    return status(submit(stream_of(stream), [work = std::move(work)] {
        const DeviceScope open;
        work();
        memory().check_canaries();
    }));
}

} // namespace simt

extern "C" {
cudaError_t CUDARTAPI cudaMalloc(void** p, size_t bytes) {
    const ApiLock lock;
    if (auto error = forbid_unsafe_during_capture()) return status(error);
    return allocate(p, bytes);
}
cudaError_t CUDARTAPI cudaFree(void* p) {
    const ApiLock lock;
    if (!p) return cudaSuccess;
    if (auto error = forbid_unsafe_during_capture()) return status(error);
    drain_all();
    return status(memory().release(p) ? cudaSuccess : cudaErrorInvalidValue);
}
/// A capture would make a node of it, whose memory lives in the graph: not simulated, refused.
cudaError_t CUDARTAPI cudaMallocAsync(void** p, size_t bytes, cudaStream_t stream) {
    const ApiLock lock;
    if (auto error = forbid_during_capture(stream_of(stream))) return status(error);
    return allocate(p, bytes);
}
cudaError_t CUDARTAPI cudaFreeAsync(void* p, cudaStream_t stream) {
    const ApiLock lock;
    if (!p) return cudaSuccess;
    if (auto error = forbid_during_capture(stream_of(stream))) return status(error);
    if (!memory().holds(p)) return status(cudaErrorInvalidValue);
    return status(submit(stream_of(stream), [p] { memory().release(p); }));
}
cudaError_t CUDARTAPI cudaHostAlloc(void** p, size_t bytes, unsigned) {
    const ApiLock lock;
    if (auto error = forbid_unsafe_during_capture()) return status(error);
    *p = std::malloc(std::max<size_t>(bytes, 1));
    if (!*p) return status(cudaErrorMemoryAllocation);
    pinned()[static_cast<char*>(*p)] = bytes;
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaMallocHost(void** p, size_t bytes) { return cudaHostAlloc(p, bytes, 0); }
cudaError_t CUDARTAPI cudaFreeHost(void* p) {
    const ApiLock lock;
    if (auto error = forbid_unsafe_during_capture()) return status(error);
    drain_all();
    if (p && pinned().erase(static_cast<char*>(p)) == 0) return status(cudaErrorInvalidValue);
    std::free(p);
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaMemGetInfo(size_t* free, size_t* total) {
    const ApiLock lock;
    *free = memory().free_bytes();
    *total = memory().total();
    return cudaSuccess;
}

cudaError_t CUDARTAPI cudaPointerGetAttributes(cudaPointerAttributes* answer, const void* p) {
    const ApiLock lock;
    *answer = {};
    const bool on_device = memory().holds(p), on_host = is_pinned(p);
    answer->type = on_device ? cudaMemoryTypeDevice
                   : on_host ? cudaMemoryTypeHost
                             : cudaMemoryTypeUnregistered;
    answer->devicePointer = on_device || on_host ? const_cast<void*>(p) : nullptr;
    answer->hostPointer = on_device ? nullptr : const_cast<void*>(p);
    return cudaSuccess;
}

// The one pool keeps nothing: what it has reserved is in use.
cudaError_t CUDARTAPI cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device) {
    if (device < 0 || device >= devices) return status(cudaErrorInvalidDevice);
    static char the_pool;
    *pool = reinterpret_cast<cudaMemPool_t>(&the_pool);
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) {
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr attribute,
                                              void* value) {
    const ApiLock lock;
    if (attribute != cudaMemPoolAttrReservedMemCurrent &&
        attribute != cudaMemPoolAttrUsedMemCurrent)
        return status(cudaErrorNotSupported);
    const std::uint64_t used = memory().total() - memory().free_bytes();
    std::memcpy(value, &used, sizeof used);
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaMemPoolTrimTo(cudaMemPool_t, size_t) { return cudaSuccess; }
}
