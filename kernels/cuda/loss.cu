// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/loss.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/logits.cuh"

namespace fedmrn::kernels::cuda {
namespace {

/// A team adds its rows' losses in their order.
template <unsigned team>
__global__ void __launch_bounds__(rows_at_once* team)
    cross_entropy_kernel(std::uint32_t batch, std::uint32_t classes, const LaneState* states,
                         const float* __restrict__ logits, const std::uint16_t* __restrict__ labels,
                         float* __restrict__ gradient, LaneMetrics* metrics) {
    const std::size_t lane = blockIdx.x;
    const std::uint32_t samples = states[lane].samples;
    if (samples == 0) {
        return;
    }
    LaneMetrics tally{};
    if (threadIdx.x == 0) {
        tally = metrics[lane];
    }
    double loss = 0;
    std::uint32_t correct = 0;
    for (std::uint32_t first = 0; first < samples; first += rows_at_once) {
        const std::uint32_t row = first + threadIdx.x / team;
        const bool there = row < samples; // else the team has no classes, and goes along
        const std::size_t at = lane * batch + (there ? row : 0);
        const std::uint32_t own = there ? classes : 0;
        const float* z = logits + at * classes;
        const std::uint32_t label = labels[at];
        const float aimed = z[label];
        Largest best{-INFINITY, UINT32_MAX};
        visit<team>(z, own, [&](std::uint32_t c, float logit) { best = larger(best, {logit, c}); });
        best = largest_of_team<team>(best);
        float sum = 0;
        visit<team>(z, own, [&](std::uint32_t, float logit) { sum += expf(logit - best.value); });
        sum = sum_of<team>(sum);
        if (there) {
            loss += static_cast<double>(logf(sum) + (best.value - aimed));
            correct += best.place == label;
        }
        if (gradient) {
            const float scale = 1.0f / static_cast<float>(samples);
            visit<team>(z, own, [&](std::uint32_t c, float logit) {
                const float p = expf(logit - best.value) / sum;
                gradient[at * classes + c] = (p - (c == label ? 1.0f : 0.0f)) * scale;
            });
        }
    }
    add_to_tally<team>(loss, correct, samples, tally, metrics + lane);
}

void cross_entropy(Device& device, std::size_t lanes, std::size_t batch, std::size_t classes,
                   const LaneState* states, const float* logits, const std::uint16_t* labels,
                   float* gradient, LaneMetrics* metrics) {
    with_team(classes, [&]<unsigned team>() {
        launch(cross_entropy_kernel<team>, dim3(static_cast<unsigned>(lanes)), rows_at_once * team,
               0, cuda_device(device).stream(), static_cast<std::uint32_t>(batch),
               static_cast<std::uint32_t>(classes), states, logits, labels, gradient, metrics);
    });
}

} // namespace

void loss_contracts(Backend& backend) { backend.set(kernels::cross_entropy, cross_entropy); }

} // namespace fedmrn::kernels::cuda
