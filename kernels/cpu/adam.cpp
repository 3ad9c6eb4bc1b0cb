// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/adam.hpp"

namespace fedmrn::kernels::cpu {
namespace {

void adam_lane(const formula::AdamRule& rule, const formula::AdamBias& bias, std::size_t elements,
               float* __restrict__ m, float* __restrict__ v, float* __restrict__ gradient) {
    for (std::size_t i = 0; i < elements; ++i) {
        const auto g = static_cast<double>(gradient[i]);
        m[i] = formula::adam_moment(rule.beta1, m[i], g);
        v[i] = formula::adam_moment(rule.beta2, v[i], g * g);
        gradient[i] = formula::adam_direction(rule, bias, m[i], v[i]);
    }
}

void adam_direction(Device&, const formula::AdamRule& rule, std::size_t lanes,
                    const LaneState* states, std::size_t elements, PerLane<float> m,
                    PerLane<float> v, PerLane<float> gradient) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (states[lane].samples != 0) {
            adam_lane(rule, formula::adam_bias(rule, states[lane].step + 1), elements,
                      m[lane].get(), v[lane].get(), gradient[lane].get());
        }
    }
}

} // namespace

void adam_contracts(Backend& backend) { backend.set(kernels::adam_direction, adam_direction); }

} // namespace fedmrn::kernels::cpu
