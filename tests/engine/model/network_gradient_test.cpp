// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "network_run.hpp"
#include "tests/support/classes.hpp"
#include "tests/support/reference_network.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(NetworkGradient);

/// The gradient of every parameter against finite differences of the same model in float64; the
/// last sample of the batch does not exist.
void expect_gradient(Device& device, const Model& model, std::uint64_t seed) {
    constexpr std::uint32_t batch = 5, rows = 4;
    RandomValues random(seed);
    const auto state = random_state(model, seed);
    const auto x = random.values(batch * model.input("x").elements(), 2.0);
    auto labels = random.labels(batch, classes_of(model));
    const NetworkRun run = run_network(device, model, {rows}, batch, state, x, labels, true);

    labels.resize(rows);
    const Values rx = widened(head(x, rows * model.input("x").elements()));
    Values parameters = widened(state);
    EXPECT_NEAR(run.metrics[0].sum / rows, reference_loss(model, parameters, rx, labels), 1e-5);
    EXPECT_EQ(run.metrics[0].rows, rows);
    Values trainable(parameters.begin(),
                     parameters.begin() + static_cast<std::ptrdiff_t>(model.layout.trainable));
    const auto loss = [&] {
        std::copy(trainable.begin(), trainable.end(), parameters.begin());
        return reference_loss(model, parameters, rx, labels);
    };
    EXPECT_TRUE(close(run.gradient, finite_differences(trainable, loss, 1e-6), 2e-5)) << model.name;
}

TEST_P(NetworkGradient, OfACnnIsThatOfFiniteDifferences) {
    for (const std::uint64_t seed : {1u, 2u, 3u}) expect_gradient(device, narrow_cnn(), seed);
}

TEST_P(NetworkGradient, OfPooledConvolutionsIsThatOfFiniteDifferences) {
    for (const std::uint64_t seed : {1u, 2u, 3u}) expect_gradient(device, narrow_pooled(), seed);
}

TEST_P(NetworkGradient, OfAPerceptronIsThatOfFiniteDifferences) {
    for (const std::uint64_t seed : {1u, 2u, 3u}) expect_gradient(device, narrow_mlp(), seed);
}

/// The running statistics after a step, and the loss of an evaluation from given ones.
TEST_P(NetworkGradient, StatisticsFollowTheBatchAndServeTheEvaluation) {
    const Model model = narrow_cnn();
    constexpr std::uint32_t rows = 4;
    RandomValues random(1);
    const auto state = random_state(model, 1);
    const auto x = random.values(rows * model.input("x").elements(), 2.0);
    const auto labels = random.labels(rows, classes_of(model));

    const NetworkRun trained = run_network(device, model, {rows}, rows, state, x, labels, true);
    const auto pass = reference_forward(model, widened(state), rows, widened(x), true);
    std::size_t number = 0;
    for (const Model::Node& node : model.nodes) {
        if (node.layer->kind() != "batchnorm") continue;
        const ReferenceMoments& m = pass.moments[number++];
        const std::size_t channels = m.mean.size();
        const double n = static_cast<double>(rows * model.values[node.in[0]].elements() / channels);
        const std::size_t mean = model.layout.tensors[node.parameters[2]].offset;
        const std::size_t variance = model.layout.tensors[node.parameters[3]].offset;
        for (std::size_t c = 0; c < channels; ++c) {
            EXPECT_NEAR(trained.weights[mean + c], 0.9 * double{state[mean + c]} + 0.1 * m.mean[c],
                        1e-5);
            EXPECT_NEAR(trained.weights[variance + c],
                        0.9 * double{state[variance + c]} + 0.1 * m.variance[c] * n / (n - 1),
                        1e-4);
        }
    }
    EXPECT_TRUE(same_bits(head(trained.weights, model.layout.trainable),
                          head(state, model.layout.trainable)));

    const NetworkRun evaluated = run_network(device, model, {rows}, rows, state, x, labels, false);
    const auto logits = reference_forward(model, widened(state), rows, widened(x), false).logits;
    EXPECT_NEAR(evaluated.metrics[0].sum,
                reference_cross_entropy(classes_of(model), logits, labels), 1e-4);
    EXPECT_TRUE(same_bits(evaluated.weights, state));
}

} // namespace
} // namespace fedmrn::test
