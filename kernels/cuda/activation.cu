// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/activation.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/formula/activation.hpp"

namespace fedmrn::kernels::cuda {
namespace {

constexpr unsigned block_threads = 256;

template <bool backward>
__global__ void __launch_bounds__(block_threads)
    relu_kernel(const LaneState* states, std::size_t stride, std::size_t size, const float* from,
                const float* dy, float* to) {
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i < states[blockIdx.y].samples * size) {
        const std::size_t at = blockIdx.y * stride + i;
        if constexpr (backward) {
            to[at] = formula::passes(from[at]) ? dy[at] : 0.0f;
        } else {
            to[at] = formula::rectified(from[at]);
        }
    }
}

void relu_forward(Device& device, std::size_t lanes, std::size_t batch, std::size_t size,
                  const LaneState* states, const float* x, float* y) {
    launch(relu_kernel<false>, lane_grid(divide_up(batch * size, block_threads), lanes),
           block_threads, 0, cuda_device(device).stream(), states, batch * size, size, x, nullptr,
           y);
}

void relu_backward(Device& device, std::size_t lanes, std::size_t batch, std::size_t size,
                   const LaneState* states, const float* y, const float* dy, float* dx) {
    launch(relu_kernel<true>, lane_grid(divide_up(batch * size, block_threads), lanes),
           block_threads, 0, cuda_device(device).stream(), states, batch * size, size, y, dy, dx);
}

} // namespace

void activation_contracts(Backend& backend) {
    backend.set(kernels::relu_forward, relu_forward);
    backend.set(kernels::relu_backward, relu_backward);
}

} // namespace fedmrn::kernels::cuda
