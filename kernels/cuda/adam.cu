// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/adam.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"

namespace fedmrn::kernels::cuda {
namespace {

constexpr unsigned block_threads = 256;

__global__ void __launch_bounds__(block_threads)
    adam_direction_kernel(formula::AdamRule rule, const LaneState* states, std::size_t elements,
                          PerLane<float> first, PerLane<float> second, PerLane<float> gradient) {
    const std::size_t lane = blockIdx.y;
    const LaneState state = states[lane];
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (state.samples == 0 || i >= elements) {
        return;
    }
    // The same for all threads of a lane, and few products beside what memory takes.
    const formula::AdamBias bias = formula::adam_bias(rule, state.step + 1);
    float* __restrict__ g = of_lane(gradient, lane);
    const auto x = static_cast<double>(g[i]);
    const float m = formula::adam_moment(rule.beta1, of_lane(first, lane)[i], x);
    const float v = formula::adam_moment(rule.beta2, of_lane(second, lane)[i], x * x);
    of_lane(first, lane)[i] = m;
    of_lane(second, lane)[i] = v;
    g[i] = formula::adam_direction(rule, bias, m, v);
}

void adam_direction(Device& device, const formula::AdamRule& rule, std::size_t lanes,
                    const LaneState* states, std::size_t elements, PerLane<float> m,
                    PerLane<float> v, PerLane<float> gradient) {
    launch(adam_direction_kernel, lane_grid(divide_up(elements, block_threads), lanes),
           block_threads, 0, cuda_device(device).stream(), rule, states, elements, m, v, gradient);
}

} // namespace

void adam_contracts(Backend& backend) { backend.set(kernels::adam_direction, adam_direction); }

} // namespace fedmrn::kernels::cuda
