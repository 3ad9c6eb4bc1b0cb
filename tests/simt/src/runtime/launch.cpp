// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "simt/launch.hpp"

#include <map>
#include <utility>

#include "executor/shared_memory.hpp"
#include "runtime/device_properties.hpp"
#include "runtime/status.hpp"
#include "runtime/stream.hpp"

// Launches and what is asked about kernels.
namespace simt::detail {
namespace {

/// Dynamic shared memory that cudaFuncSetAttribute has allowed a kernel.
std::map<std::pair<int, const void*>, std::size_t>& allowed_shared() {
    static std::map<std::pair<int, const void*>, std::size_t> allowed; // of each device
    return allowed;
}

std::size_t allowed_of(const void* function) {
    const auto known = allowed_shared().find({current_device(), function});
    return known == allowed_shared().end() ? max_static_shared : known->second;
}

cudaError_t check(const void* function, const Grid& g) {
    const unsigned long blocks = 1UL * g.grid.x * g.grid.y * g.grid.z;
    const unsigned long size = 1UL * g.block.x * g.block.y * g.block.z;
    if (blocks == 0 || size == 0 || size > 1024 || g.block.z > 64 || g.grid.x > 0x7fffffffU ||
        g.grid.y > 65535 || g.grid.z > 65535) {
        return cudaErrorInvalidConfiguration;
    }
    if (g.dynamic_shared > allowed_of(function)) return cudaErrorInvalidValue;
    const unsigned long resident = multiprocessors * (threads_per_multiprocessor / size);
    if (g.cooperative && blocks > resident) return cudaErrorCooperativeLaunchTooLarge;
    return cudaSuccess;
}

} // namespace

void launch(const void* function, const Grid& grid, cudaStream_t stream,
            std::function<void()> kernel) {
    const ApiLock lock;
    cudaError_t error =
        status(is_of_current_device(stream_of(stream)) ? check(function, grid)
                                                       : cudaErrorInvalidResourceHandle);
    if (!error) {
        error = enqueue(stream, [grid, kernel = std::move(kernel)] { run_grid(kernel, grid); });
    }
    if (error) throw Error(std::string("launching a kernel: ") + cudaGetErrorString(error));
}

} // namespace simt::detail

using namespace simt::detail;

extern "C" {
cudaError_t CUDARTAPI cudaFuncSetAttribute(const void* function, cudaFuncAttribute attribute,
                                           int value) {
    const ApiLock lock;
    if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaSuccess;
    if (value < 0 || static_cast<size_t>(value) > max_dynamic_shared) {
        return status(cudaErrorInvalidValue);
    }
    allowed_shared()[{current_device(), function}] = static_cast<size_t>(value);
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void*,
                                                                    int block_size, size_t) {
    if (block_size <= 0) return status(cudaErrorInvalidValue);
    *blocks = static_cast<int>(threads_per_multiprocessor) / block_size;
    return cudaSuccess;
}
}
