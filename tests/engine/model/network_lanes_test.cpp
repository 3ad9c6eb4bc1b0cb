// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "network_run.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(NetworkLanes);

/// Three lanes with weights of their own, one idle, one with a short batch, give bit by bit what
/// each gives alone.
TEST_P(NetworkLanes, DoNotSeeEachOther) {
    constexpr std::size_t batch = 4;
    const std::vector<std::uint32_t> samples{4, 0, 3};
    for (const ModelSpec& model : {narrow_cnn(), narrow_pooled(), narrow_mlp()}) {
        const std::size_t state = model.layout.state, trainable = model.layout.trainable;
        const std::size_t images = batch * model.input.size();
        RandomValues random(1);
        const auto x = random.values(3 * images);
        const auto labels = random.labels(3 * batch, model.classes);
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
                EXPECT_EQ(all.metrics[lane].loss, alone.metrics[0].loss) << lane;
                EXPECT_EQ(all.metrics[lane].correct, alone.metrics[0].correct) << lane;
                EXPECT_EQ(all.metrics[lane].samples, samples[lane]);
            }
        }
    }
}

/// Room for more samples than there are changes nothing.
TEST_P(NetworkLanes, TheSizeOfTheBatchDoesNotMatterToTheSamplesInIt) {
    const ModelSpec model = narrow_cnn();
    RandomValues random(1);
    const auto x = random.values(8 * model.input.size());
    const auto labels = random.labels(8, model.classes);
    const auto state = random_state(model, 1);
    const auto small = run_network(device, model, {3}, 3, state, head(x, 3 * model.input.size()),
                                   {labels[0], labels[1], labels[2]}, true);
    const auto large = run_network(device, model, {3}, 8, state, x, labels, true);
    EXPECT_TRUE(same_bits(small.gradient, large.gradient));
    EXPECT_TRUE(same_bits(small.weights, large.weights));
}

/// bfloat16 activations: the gradient errs by at most 10 % of its length, the loss by 2 %. A dozen
/// roundings of 2⁻⁹ make half of that; the rest are ReLUs and pools that decide otherwise.
TEST_P(NetworkLanes, NarrowActivationsGiveNearlyTheSameGradient) {
    const ModelSpec model = narrow_cnn();
    RandomValues random(2);
    const auto x = random.values(256 * model.input.size());
    const auto labels = random.labels(256, model.classes);
    const auto state = random_state(model, 5);
    const auto wide = run_network(device, model, {256}, 256, state, x, labels, true);
    const auto narrow = run_network(device, model, {256}, 256, state, x, labels, true, Real::bf16);
    double error = 0, length = 0;
    for (std::size_t i = 0; i < wide.gradient.size(); ++i) {
        error += std::pow(double{narrow.gradient[i]} - double{wide.gradient[i]}, 2);
        length += std::pow(double{wide.gradient[i]}, 2);
    }
    EXPECT_LT(std::sqrt(error / length), 0.1);
    EXPECT_NEAR(narrow.metrics[0].loss, wide.metrics[0].loss, 0.02 * wide.metrics[0].loss);
    EXPECT_FALSE(same_bits(narrow.gradient, wide.gradient));
}

} // namespace
} // namespace fedmrn::test
