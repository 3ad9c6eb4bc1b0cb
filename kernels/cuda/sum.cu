// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/sum.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/formula/bf16.hpp"
#include "kernels/formula/sum.hpp"

namespace fedmrn::kernels::cuda {
namespace {

constexpr unsigned block_threads = 256;

template <class T>
__global__ void __launch_bounds__(block_threads)
    weighted_sum_kernel(const LaneState* states, std::size_t stride, std::size_t size, float alpha,
                        const T* a, float beta, const T* b, T* y) {
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i < states[blockIdx.y].samples * size) {
        const std::size_t at = blockIdx.y * stride + i;
        const float left = formula::to_float(a[at]);
        y[at] = formula::from_float<T>(
            b ? formula::weighted_sum(alpha, left, beta, formula::to_float(b[at])) : alpha * left);
    }
}

template <class T>
void sum(Device& device, const SumShape& shape, const LaneState* states, float alpha, const void* a,
         float beta, const void* b, void* y) {
    const std::size_t lane = shape.batch * shape.size;
    launch(weighted_sum_kernel<T>, lane_grid(divide_up(lane, block_threads), shape.lanes),
           block_threads, 0, cuda_device(device).stream(), states, lane, shape.size, alpha,
           static_cast<const T*>(a), beta, static_cast<const T*>(b), static_cast<T*>(y));
}

void weighted_sum(Device& device, const SumShape& shape, const LaneState* states, float alpha,
                  const void* a, float beta, const void* b, void* y) {
    (shape.real == Real::f32 ? sum<float> : sum<formula::Bf16>)(device, shape, states, alpha, a,
                                                                beta, b, y);
}

} // namespace

void sum_contracts(Backend& backend) { backend.set(kernels::weighted_sum, weighted_sum); }

} // namespace fedmrn::kernels::cuda
