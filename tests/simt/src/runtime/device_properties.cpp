// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/device_properties.hpp"

#include <cstring>

#include <cuda_profiler_api.h>
#include <cuda_runtime_api.h>

#include "executor/shared_memory.hpp"
#include "runtime/status.hpp"
#include "simt/config.hpp"

// The devices, and what is asked about them.
namespace simt::detail {
namespace {

thread_local int current = 0;
bool is_device(int device) { return device >= 0 && device < devices; }

} // namespace

int current_device() { return current; }

} // namespace simt::detail

using namespace simt::detail;

extern "C" {
cudaError_t CUDARTAPI cudaGetDeviceCount(int* count) {
    *count = devices;
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaSetDevice(int device) {
    if (!is_device(device)) return status(cudaErrorInvalidDevice);
    current = device;
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaGetDevice(int* device) {
    *device = current;
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaDriverGetVersion(int* version) {
    *version = CUDART_VERSION;
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaRuntimeGetVersion(int* version) {
    *version = CUDART_VERSION;
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaGetDeviceProperties(cudaDeviceProp* p, int device) {
    if (!is_device(device)) return status(cudaErrorInvalidDevice);
    *p = {};
    std::strcpy(p->name, "simulated GPU");
    p->major = 9;
    p->warpSize = 32;
    p->multiProcessorCount = static_cast<int>(multiprocessors);
    p->maxThreadsPerBlock = 1024;
    p->maxThreadsPerMultiProcessor = static_cast<int>(threads_per_multiprocessor);
    p->sharedMemPerBlock = max_static_shared;
    p->sharedMemPerBlockOptin = max_dynamic_shared;
    p->sharedMemPerMultiprocessor = max_dynamic_shared + 1024;
    p->regsPerBlock = p->regsPerMultiprocessor = 65536;
    p->l2CacheSize = 1 << 20;
    p->memoryBusWidth = 64;
    p->cooperativeLaunch = 1;
    p->memoryPoolsSupported = 1;
    p->unifiedAddressing = 1;
    p->totalGlobalMem = simt::config().memory;
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
    cudaDeviceProp p;
    if (auto error = cudaGetDeviceProperties(&p, device)) return error;
    switch (attribute) {
    case cudaDevAttrComputeCapabilityMajor:
        *value = p.major;
        break;
    case cudaDevAttrComputeCapabilityMinor:
        *value = p.minor;
        break;
    case cudaDevAttrWarpSize:
        *value = p.warpSize;
        break;
    case cudaDevAttrMultiProcessorCount:
        *value = p.multiProcessorCount;
        break;
    case cudaDevAttrMaxThreadsPerBlock:
        *value = p.maxThreadsPerBlock;
        break;
    case cudaDevAttrMaxThreadsPerMultiProcessor:
        *value = p.maxThreadsPerMultiProcessor;
        break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
        *value = static_cast<int>(p.sharedMemPerBlockOptin);
        break;
    case cudaDevAttrL2CacheSize:
        *value = p.l2CacheSize;
        break;
    case cudaDevAttrCooperativeLaunch:
        *value = p.cooperativeLaunch;
        break;
    case cudaDevAttrMemoryPoolsSupported:
        *value = p.memoryPoolsSupported;
        break;
    default:
        return status(cudaErrorNotSupported);
    }
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaDeviceReset() { return cudaDeviceSynchronize(); }
cudaError_t CUDARTAPI cudaProfilerStart() { return cudaSuccess; }
cudaError_t CUDARTAPI cudaProfilerStop() { return cudaSuccess; }
}
