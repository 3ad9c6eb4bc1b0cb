// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/model/network.hpp"
#include "kernels/formula/bf16.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/narrow_models.hpp"
#include "tests/support/on_device.hpp"

namespace fedmrn::test {

/// What one training step, or one evaluation, of some lanes made.
struct NetworkRun {
    std::vector<float> gradient, weights; ///< [lanes][trainable], [lanes][state]
    std::vector<LaneMetrics> metrics;
};

/// samples: of each lane; weights: [lanes][state]; x: [lanes][batch][sample].
inline NetworkRun run_network(Device& device, const Model& model,
                              const std::vector<std::uint32_t>& samples, std::size_t batch,
                              const std::vector<float>& weights, const std::vector<float>& x,
                              const std::vector<std::uint16_t>& labels, bool training,
                              Real real = Real::f32) {
    Network network(device, model, samples.size(), batch, real, training);
    const auto states = lanes_of(device, samples);
    if (real == Real::f32) {
        device.copy_in(network.input(), x.data(), x.size() * sizeof(float));
    } else {
        std::vector<formula::Bf16> narrow;
        for (const float v : x) narrow.push_back(formula::from_float<formula::Bf16>(v));
        device.copy_in(network.input(), narrow.data(), narrow.size() * sizeof(formula::Bf16));
    }
    device.copy_in(network.labels(), labels.data(), labels.size() * sizeof(std::uint16_t));
    Buffer<float> w(device, weights);
    Buffer<float> gradient = untouched_floats(device, samples.size() * model.layout.trainable);
    Buffer<LaneMetrics> metrics(device, samples.size());
    if (training) {
        network.train(states.data(), per_lane(w, model.layout.state),
                      per_lane(gradient, model.layout.trainable), metrics.data());
    } else {
        network.evaluate(states.data(), per_lane(w, model.layout.state), metrics.data());
    }
    return {gradient.read(), w.read(), metrics.read()};
}

} // namespace fedmrn::test
