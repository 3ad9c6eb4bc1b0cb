// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "network_run.hpp"
#include "tests/support/classes.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(NetworkLanes);

/// Three lanes with weights of their own, one idle, one with a short batch, give bit by bit what
/// each gives alone.
TEST_P(NetworkLanes, DoNotSeeEachOther) {
    constexpr std::size_t batch = 4;
    const std::vector<std::uint32_t> samples{4, 0, 3};
    for (const Model& model : {narrow_cnn(), narrow_pooled(), narrow_mlp()}) {
        const std::size_t state = model.layout.state, trainable = model.layout.trainable;
        const std::size_t images = batch * model.input("x").elements();
        RandomValues random(1);
        const auto x = random.values(3 * images);
        const auto labels = random.labels(3 * batch, classes_of(model));
        std::vector<float> weights;
        for (std::uint64_t lane = 0; lane < 3; ++lane) {
            const auto own = random_state(model, lane);
            weights.insert(weights.end(), own.begin(), own.end());
        }
        for (const bool training : {true, false}) {
            const auto all =
                run_network(device, model, samples, batch, weights, x, labels, training);
            for (std::size_t lane = 0; lane < 3; ++lane) {
                const auto part = [&](const auto& of_all, std::size_t each) {
                    const auto first = of_all.begin() + static_cast<std::ptrdiff_t>(lane * each);
                    return std::vector(first, first + static_cast<std::ptrdiff_t>(each));
                };
                const auto alone =
                    run_network(device, model, {samples[lane]}, batch, part(weights, state),
                                part(x, images), part(labels, batch), training);
                EXPECT_TRUE(same_bits(part(all.gradient, trainable), alone.gradient)) << lane;
                EXPECT_TRUE(same_bits(part(all.weights, state), alone.weights)) << lane;
                EXPECT_EQ(all.metrics[lane].sum, alone.metrics[0].sum) << lane;
                EXPECT_EQ(all.metrics[lane].hits, alone.metrics[0].hits) << lane;
                EXPECT_EQ(all.metrics[lane].rows, samples[lane]);
            }
        }
    }
}

/// Room for more samples than there are changes nothing.
TEST_P(NetworkLanes, TheSizeOfTheBatchDoesNotMatterToTheSamplesInIt) {
    const Model model = narrow_cnn();
    RandomValues random(1);
    const auto x = random.values(8 * model.input("x").elements());
    const auto labels = random.labels(8, classes_of(model));
    const auto state = random_state(model, 1);
    const auto small =
        run_network(device, model, {3}, 3, state, head(x, 3 * model.input("x").elements()),
                    {labels[0], labels[1], labels[2]}, true);
    const auto large = run_network(device, model, {3}, 8, state, x, labels, true);
    EXPECT_TRUE(same_bits(small.gradient, large.gradient));
    EXPECT_TRUE(same_bits(small.weights, large.weights));
}

/// What a batch before has left in memory is not read, not even to be multiplied with zero: a full
/// batch of not-a-numbers, then a short one.
TEST_P(NetworkLanes, WhatIsNotThereIsNotRead) {
    constexpr std::size_t batch = 5, rows = 3;
    for (const Model& model : {narrow_cnn(), narrow_pooled(), narrow_mlp()}) {
        RandomValues random(4);
        const auto x = random.values(batch * model.input("x").elements());
        const auto labels = random.labels(batch, classes_of(model));
        const auto state = random_state(model, 4);
        for (const bool training : {true, false}) {
            Network network(device, model, 1, batch, Real::f32, training);
            const auto pass = [&](const std::vector<float>& images, std::uint32_t samples) {
                const auto states = lanes_of(device, {samples});
                device.copy_in(network.input(), images.data(), images.size() * sizeof(float));
                device.copy_in(network.labels(), labels.data(), labels.size() * 2);
                Buffer<float> w(device, state);
                Buffer<float> gradient = untouched_floats(device, model.layout.trainable);
                Buffer<LaneMetrics> metrics(device, 1);
                if (training) {
                    network.train(states.data(), per_lane(w, 0), per_lane(gradient, 0),
                                  metrics.data());
                } else {
                    network.evaluate(states.data(), per_lane(w, 0), metrics.data());
                }
                return NetworkRun{gradient.read(), w.read(), metrics.read()};
            };
            pass(std::vector<float>(x.size(), std::nanf("")), batch);
            const auto after = pass(x, rows);
            const auto fresh =
                run_network(device, model, {rows}, batch, state, x, labels, training);
            EXPECT_TRUE(same_bits(after.gradient, fresh.gradient));
            EXPECT_TRUE(same_bits(after.weights, fresh.weights));
            EXPECT_EQ(after.metrics[0].sum, fresh.metrics[0].sum);
            EXPECT_EQ(after.metrics[0].hits, fresh.metrics[0].hits);
        }
    }
}

/// bfloat16 activations: the gradient errs by at most 10 % of its length, the loss by 2 %. A dozen
/// roundings of 2⁻⁹ make half of that; the rest are ReLUs and pools that decide otherwise.
TEST_P(NetworkLanes, NarrowActivationsGiveNearlyTheSameGradient) {
    const Model model = narrow_cnn();
    RandomValues random(2);
    const auto x = random.values(256 * model.input("x").elements());
    const auto labels = random.labels(256, classes_of(model));
    const auto state = random_state(model, 5);
    const auto wide = run_network(device, model, {256}, 256, state, x, labels, true);
    const auto narrow = run_network(device, model, {256}, 256, state, x, labels, true, Real::bf16);
    double error = 0, length = 0;
    for (std::size_t i = 0; i < wide.gradient.size(); ++i) {
        error += std::pow(double{narrow.gradient[i]} - double{wide.gradient[i]}, 2);
        length += std::pow(double{wide.gradient[i]}, 2);
    }
    EXPECT_LT(std::sqrt(error / length), 0.1);
    EXPECT_NEAR(narrow.metrics[0].sum, wide.metrics[0].sum, 0.02 * wide.metrics[0].sum);
    EXPECT_FALSE(same_bits(narrow.gradient, wide.gradient));
}

} // namespace
} // namespace fedmrn::test
