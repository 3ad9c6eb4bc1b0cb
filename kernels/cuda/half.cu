// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/half.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"

namespace fedmrn::kernels::cuda {
namespace {

using formula::HalfFormat;

constexpr unsigned block_threads = 256;

__global__ void __launch_bounds__(block_threads)
    to_halves_kernel(HalfFormat format, std::size_t elements, const float* __restrict__ values,
                     std::uint16_t* __restrict__ halves) {
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i < elements) {
        halves[i] = formula::to_half(format, values[i]);
    }
}

__global__ void __launch_bounds__(block_threads)
    of_halves_kernel(HalfFormat format, std::size_t elements,
                     const std::uint16_t* __restrict__ halves, float* __restrict__ values) {
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i < elements) {
        values[i] = formula::of_half(format, halves[i]);
    }
}

void to_halves(Device& device, HalfFormat format, std::size_t elements, const float* values,
               std::uint16_t* halves) {
    if (elements != 0) {
        launch(to_halves_kernel, lane_grid(divide_up(elements, block_threads), 1), block_threads, 0,
               cuda_device(device).stream(), format, elements, values, halves);
    }
}

void of_halves(Device& device, HalfFormat format, std::size_t elements, const std::uint16_t* halves,
               float* values) {
    if (elements != 0) {
        launch(of_halves_kernel, lane_grid(divide_up(elements, block_threads), 1), block_threads, 0,
               cuda_device(device).stream(), format, elements, halves, values);
    }
}

} // namespace

void half_contracts(Backend& backend) {
    backend.set(kernels::to_halves, to_halves);
    backend.set(kernels::of_halves, of_halves);
}

} // namespace fedmrn::kernels::cuda
