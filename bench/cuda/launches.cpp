// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include <cuda_runtime_api.h>

#include "bench/cuda/cuda.hpp"

// The linker sends the engine's launches through these two (--wrap, see bench/CMakeLists.txt), so
// that "one graph launch a local step" is counted and not believed.
namespace {
std::atomic<std::uint64_t> graph_launches{0}, kernel_launches{0};
}

// NOLINTBEGIN(bugprone-reserved-identifier): the names are the linker's
extern "C" {

cudaError_t __real_cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream);
cudaError_t __wrap_cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
    ++graph_launches;
    return __real_cudaGraphLaunch(graph, stream);
}

#ifndef FEDMRN_SIMT // a simulated launch is no call of the runtime
// What CUDA 13 makes of <<<>>>.
cudaError_t __real___cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments,
                                      size_t shared_bytes, cudaStream_t stream);
cudaError_t __wrap___cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments,
                                      size_t shared_bytes, cudaStream_t stream) {
    ++kernel_launches;
    return __real___cudaLaunchKernel(kernel, grid, block, arguments, shared_bytes, stream);
}
#endif
}
// NOLINTEND(bugprone-reserved-identifier)

namespace fedmrn::bench {

std::optional<Launches> launches() { return Launches{graph_launches, kernel_launches}; }

} // namespace fedmrn::bench
