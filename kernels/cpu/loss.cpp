// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/loss.hpp"

#include <algorithm>
#include <cmath>

namespace fedmrn::kernels::cpu {
namespace {

void cross_entropy(Device&, std::size_t lanes, std::size_t batch, std::size_t classes,
                   const LaneState* states, const float* logits, const std::uint16_t* labels,
                   float* gradient, LaneMetrics* metrics) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const std::uint32_t samples = states[lane].samples;
        for (std::size_t row = 0; row < samples; ++row) {
            const std::size_t at = lane * batch + row;
            const float* z = logits + at * classes;
            const std::size_t label = labels[at];
            const float* largest = std::max_element(z, z + classes);
            double sum = 0;
            for (std::size_t c = 0; c < classes; ++c) {
                sum += std::exp(static_cast<double>(z[c]) - static_cast<double>(*largest));
            }
            metrics[lane].sum +=
                std::log(sum) + static_cast<double>(*largest) - static_cast<double>(z[label]);
            metrics[lane].hits += static_cast<std::size_t>(largest - z) == label;
            ++metrics[lane].rows;
            for (std::size_t c = 0; gradient && c < classes; ++c) {
                const double p =
                    std::exp(static_cast<double>(z[c]) - static_cast<double>(*largest)) / sum;
                gradient[at * classes + c] =
                    static_cast<float>((p - (c == label ? 1.0 : 0.0)) / samples);
            }
        }
    }
}

} // namespace

void loss_contracts(Backend& backend) { backend.set(kernels::cross_entropy, cross_entropy); }

} // namespace fedmrn::kernels::cpu
