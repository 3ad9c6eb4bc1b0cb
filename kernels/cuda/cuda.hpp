// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one include that knows which compiler reads a .cu file: nvcc, for a GPU, or the host's C++
// compiler, for the simulator of tests/simt. Both offer launch, FEDMRN_SHARED(type, name,
// [extent]), FEDMRN_DYNAMIC_SHARED(type, name), FEDMRN_UNROLL and FEDMRN_ROLLED. A test's .cpp file
// in a build with nvcc sees the runtime's API alone.
#include <cuda_runtime.h>

#include <cstddef>
#include <utility>

#include "kernels/cuda/check.hpp"

namespace fedmrn::kernels::cuda {

/// More dynamic shared memory than a kernel gets unasked (48 KiB).
template <class... Parameters> void allow_shared(void (*kernel)(Parameters...), std::size_t bytes) {
    if (bytes > 48 * 1024) {
        check(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                                   cudaFuncAttributeMaxDynamicSharedMemorySize,
                                   static_cast<int>(bytes)),
              "asking for shared memory");
    }
}

} // namespace fedmrn::kernels::cuda

#if defined(__CUDACC__)

#define FEDMRN_UNROLL _Pragma("unroll")
#define FEDMRN_ROLLED _Pragma("unroll 1")
#define FEDMRN_SHARED(type, name, ...) __shared__ type name __VA_ARGS__
#define FEDMRN_DYNAMIC_SHARED(type, name)                                                          \
    extern __shared__ __align__(128) unsigned char fedmrn_dynamic_shared[];                        \
    type* name = reinterpret_cast<type*>(fedmrn_dynamic_shared)

namespace fedmrn::kernels::cuda {

/// Queues a kernel on a stream; throws Error where it cannot be launched.
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, std::size_t shared_bytes,
            cudaStream_t stream, Arguments&&... arguments) {
    static_assert(sizeof...(Parameters) == sizeof...(Arguments));
    allow_shared(kernel, shared_bytes);
    kernel<<<grid, block, shared_bytes, stream>>>(
        static_cast<Parameters>(std::forward<Arguments>(arguments))...);
    check(cudaGetLastError(), "launching a kernel");
}

} // namespace fedmrn::kernels::cuda

#elif defined(FEDMRN_SIMT) // the host's compiler makes kernels too

#include <simt/launch.hpp>
#define FEDMRN_UNROLL
#define FEDMRN_ROLLED

namespace fedmrn::kernels::cuda {

template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, std::size_t shared_bytes,
            cudaStream_t stream, Arguments&&... arguments) {
    allow_shared(kernel, shared_bytes);
    simt::launch(kernel, grid, block, shared_bytes, stream, std::forward<Arguments>(arguments)...);
}

} // namespace fedmrn::kernels::cuda

#endif
