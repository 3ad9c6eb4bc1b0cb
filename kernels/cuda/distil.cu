// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/distil.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/logits.cuh"

namespace fedmrn::kernels::cuda {
namespace {

/// A team adds its rows' losses in their order, as cross_entropy_kernel does. One block is enough
/// for a multiprocessor: for more, ptxas spills on sm_80.
template <unsigned team>
__global__ void __launch_bounds__(rows_at_once* team, 1)
    distillation_kernel(DistilRule rule, std::uint32_t batch, std::uint32_t classes,
                        const LaneState* states, const float* __restrict__ student,
                        const float* __restrict__ teacher, const std::uint16_t* __restrict__ labels,
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
    const float cold = 1.0f / rule.temperature; // multiplies in place of T's divisions
    const float of_labels = 1.0f - rule.weight, of_teacher = rule.weight * rule.temperature;
    const float scale = 1.0f / static_cast<float>(samples);
    double loss = 0;
    std::uint32_t correct = 0;
    for (std::uint32_t first = 0; first < samples; first += rows_at_once) {
        const std::uint32_t row = first + threadIdx.x / team;
        const bool there = row < samples; // else the team has no classes, and goes along
        const std::size_t at = lane * batch + (there ? row : 0);
        const std::uint32_t own = there ? classes : 0;
        const float *z = student + at * classes, *aims = teacher + at * classes;
        const std::uint32_t label = labels[at];
        const float aimed = z[label];
        Largest best{-INFINITY, UINT32_MAX}, aim{-INFINITY, UINT32_MAX};
        visit<team>(z, own, [&](std::uint32_t c, float v) { best = larger(best, {v, c}); });
        visit<team>(aims, own, [&](std::uint32_t c, float v) { aim = larger(aim, {v, c}); });
        best = largest_of_team<team>(best);
        aim = largest_of_team<team>(aim);
        float sum = 0, soft_sum = 0, aim_sum = 0;
        visit<team>(z, own, [&](std::uint32_t, float v) {
            sum += expf(v - best.value);
            soft_sum += expf((v - best.value) * cold);
        });
        visit<team>(aims, own,
                    [&](std::uint32_t, float v) { aim_sum += expf((v - aim.value) * cold); });
        sum = sum_of<team>(sum);
        soft_sum = sum_of<team>(soft_sum);
        aim_sum = sum_of<team>(aim_sum);
        float apart = 0; // Σ p (ln p̃ − ln q̃), without the sums that p̃ and q̃ lack
        visit<team>(z, own, [&](std::uint32_t c, float v) {
            const float below = (v - best.value) * cold, aim_below = (aims[c] - aim.value) * cold;
            const float p = expf(aim_below) / aim_sum;
            apart += p != 0.0f ? p * (aim_below - below) : 0.0f; // excluded: adds nothing
            if (gradient) {
                const float by_label = expf(v - best.value) / sum - (c == label ? 1.0f : 0.0f);
                const float by_teacher = expf(below) / soft_sum - p;
                gradient[at * classes + c] =
                    (of_labels * by_label + of_teacher * by_teacher) * scale;
            }
        });
        apart = sum_of<team>(apart);
        if (there) {
            const float divergence = apart + (logf(soft_sum) - logf(aim_sum));
            loss += static_cast<double>(of_labels * (logf(sum) + (best.value - aimed))) +
                    static_cast<double>(of_teacher * rule.temperature * divergence);
            correct += best.place == label;
        }
    }
    add_to_tally<team>(loss, correct, samples, tally, metrics + lane);
}

void distillation(Device& device, DistilRule rule, std::size_t lanes, std::size_t batch,
                  std::size_t classes, const LaneState* states, const float* student,
                  const float* teacher, const std::uint16_t* labels, float* gradient,
                  LaneMetrics* metrics) {
    with_team(classes, [&]<unsigned team>() {
        launch(distillation_kernel<team>, dim3(static_cast<unsigned>(lanes)), rows_at_once * team,
               0, cuda_device(device).stream(), rule, static_cast<std::uint32_t>(batch),
               static_cast<std::uint32_t>(classes), states, student, teacher, labels, gradient,
               metrics);
    });
}

} // namespace

void distil_contracts(Backend& backend) { backend.set(kernels::distillation, distillation); }

} // namespace fedmrn::kernels::cuda
