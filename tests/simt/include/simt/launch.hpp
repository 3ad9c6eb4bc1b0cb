// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "simt/device.hpp" // whoever launches also writes kernels
#include "simt/memory.hpp"

// Launches: what kernel<<<grid, block, smem, stream>>>(arguments...) is to nvcc.
namespace simt {

namespace detail {

/// Checks the grid as the driver would and queues it. `function` tells kernels apart. Throws Error
/// where the launch is refused, which is also the last error.
void launch(const void* function, const Grid& grid, cudaStream_t stream,
            std::function<void()> kernel);

template <class P> void check_argument(const P& value) {
    if constexpr (std::is_pointer_v<P> && !std::is_function_v<std::remove_pointer_t<P>>) {
        if (value && !reachable_from_device(value)) {
            throw Error("a kernel was given a pointer to host memory");
        }
    }
}
template <class... P, class... A>
void launch_as(bool cooperative, void (*kernel)(P...), dim3 grid, dim3 block, std::size_t smem,
               cudaStream_t stream, A&&... arguments) {
    static_assert(sizeof...(P) == sizeof...(A), "one argument for every parameter of the kernel");
    // Copied now, as a launch does; every CUDA thread then gets its own copy.
    std::tuple<P...> values(static_cast<P>(std::forward<A>(arguments))...);
    std::apply([](const auto&... value) { (check_argument(value), ...); }, values);
    launch(reinterpret_cast<const void*>(kernel), {grid, block, smem, cooperative}, stream,
           [kernel, values] { std::apply(kernel, values); });
}

} // namespace detail

template <class... P, class... A>
void launch(void (*kernel)(P...), dim3 grid, dim3 block, std::size_t smem, cudaStream_t stream,
            A&&... arguments) {
    detail::launch_as(false, kernel, grid, block, smem, stream, std::forward<A>(arguments)...);
}
template <class... P, class... A>
void launch_cooperative(void (*kernel)(P...), dim3 grid, dim3 block, std::size_t smem,
                        cudaStream_t stream, A&&... arguments) {
    detail::launch_as(true, kernel, grid, block, smem, stream, std::forward<A>(arguments)...);
}

} // namespace simt

// The typed forms that cuda_runtime.h has for nvcc only.
template <class... P>
cudaError_t cudaFuncSetAttribute(void (*kernel)(P...), cudaFuncAttribute attribute, int value) {
    return cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), attribute, value);
}
template <class... P>
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void (*kernel)(P...),
                                                          int block_size, std::size_t smem) {
    return cudaOccupancyMaxActiveBlocksPerMultiprocessor(
        blocks, reinterpret_cast<const void*>(kernel), block_size, smem);
}
