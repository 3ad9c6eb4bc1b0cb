// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/model/network.hpp"
#include "fedmrn/graph.hpp"
#include "kernels/formula/bf16.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/narrow_models.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/reference_network.hpp"

/// Models that are no line of layers over images.
namespace fedmrn::test {
namespace {

using Labels = std::vector<std::uint16_t>;

constexpr std::uint32_t samples = 3;
constexpr std::size_t batch = 4; // one that is not there

/// Whether a step's loss and gradient are those of a loss in float64.
class NetworkGraph : public OnDevice {
protected:
    /// Puts values where the network finds them.
    template <class T> void put(Network& network, const char* name, const std::vector<T>& values) {
        device.copy_in(network.input(name), values.data(), values.size() * sizeof(T));
    }
    void step(Network& network, const Model& model, const std::vector<float>& state,
              const std::vector<std::uint32_t>& lanes = {samples}) {
        const auto states = lanes_of(device, lanes);
        weights = Buffer<float>(device, state);
        gradient = untouched_floats(device, lanes.size() * model.layout.trainable);
        metrics = Buffer<LaneMetrics>(device, lanes.size());
        network.train(states.data(), per_lane(weights, model.layout.state),
                      per_lane(gradient, model.layout.trainable), metrics.data());
    }
    template <class Loss>
    void expect_gradient(const Model& model, const std::vector<float>& state, const Loss& loss) {
        Values parameters = widened(state);
        Values trainable = slice(parameters, 0, model.layout.trainable);
        const auto of_trainable = [&] {
            std::copy(trainable.begin(), trainable.end(), parameters.begin());
            return loss(parameters);
        };
        EXPECT_TRUE(close(gradient.read(), finite_differences(trainable, of_trainable, 1e-6), 3e-5))
            << model.name;
    }
    Buffer<float> weights, gradient;
    Buffer<LaneMetrics> metrics;
};
INSTANTIATE_TEST_SUITE_P(On, NetworkGraph, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Convolutions with BatchNorm whose result is added to what they read, twice, and once to itself.
Model residual() {
    Graph g;
    const Value x = g.input("x", {{5, 4, 2}}), label = g.input("label", labels());
    Value h = g.add(conv2d({.out = 3, .padding = 1}), {x});
    for (int block = 0; block < 2; ++block) {
        Value f = g.add(batchnorm({.relu = true}), {h});
        f = g.add(conv2d({.out = 3, .padding = 1}), {f});
        h = g.add(sum(), {f, h});
    }
    h = g.add(sum(), {h, h});
    const Value y = g.add(linear({.out = 3}), {h});
    g.loss("class", cross_entropy(), {y, label});
    g.metric("accuracy", top1(), {y, label});
    return g.finish("residual");
}

TEST_P(NetworkGraph, AResidualsGradientsAreAdded) {
    const Model model = residual();
    RandomValues random(1);
    const auto state = random_state(model, 1);
    const auto x = random.values(batch * model.input("x").elements(), 2.0);
    Labels label = random.labels(batch, 3);
    Network network(device, model, 1, batch, Real::f32, true);
    put(network, "x", x);
    put(network, "label", label);
    step(network, model, state);
    label.resize(samples);
    const Values rx = widened(head(x, samples * model.input("x").elements()));
    expect_gradient(model, state, [&](const Values& parameters) {
        return reference_loss(model, parameters, rx, label);
    });
    EXPECT_EQ(metrics.read()[0].rows, samples);
}

/// Narrow gradients are added too, to nearly the same.
TEST_P(NetworkGraph, AResidualMayBeNarrow) {
    const Model model = residual();
    RandomValues random(1);
    const auto state = random_state(model, 1);
    const auto x = random.values(batch * model.input("x").elements(), 2.0);
    const Labels label = random.labels(batch, 3);
    std::vector<formula::Bf16> narrow;
    for (const float v : x) narrow.push_back(formula::from_float<formula::Bf16>(v));
    std::vector<float> results[2];
    for (const Real real : {Real::f32, Real::bf16}) {
        Network network(device, model, 1, batch, real, true);
        real == Real::f32 ? put(network, "x", x) : put(network, "x", narrow);
        put(network, "label", label);
        step(network, model, state);
        results[real == Real::f32 ? 0 : 1] = gradient.read();
    }
    EXPECT_TRUE(close(results[1], results[0], 0.2));
    EXPECT_FALSE(same_bits(results[1], results[0]));
}

/// embedding → linear over tokens → a class a token.
Model tagger(Rows rows) {
    Graph g;
    const Value words = g.input("tokens", {{}, Element::i32, rows});
    const Value tag = g.input("label", labels(rows));
    Value h = g.add(embedding({.vocabulary = 7, .dim = 5}), {words});
    h = g.add(relu(), {g.add(linear({.out = 6}), {h})});
    h = g.add(linear({.out = 4}), {h});
    g.loss("tag", cross_entropy(), {h, tag});
    g.metric("accuracy", top1(), {h, tag});
    return g.finish("tagger");
}

std::vector<std::int32_t> some_words(std::size_t count) {
    RandomValues random(5);
    std::vector<std::int32_t> words(count);
    for (auto& word : words) word = static_cast<std::int32_t>(random.below(7));
    return words;
}

TEST_P(NetworkGraph, RowsMayBeTokens) {
    constexpr std::size_t length = 3;
    const Model model = tagger(tokens(length));
    RandomValues random(2);
    const auto state = random_state(model, 2);
    const auto words = some_words(batch * length);
    Labels tags = random.labels(batch * length, 4);
    Network network(device, model, 1, batch, Real::f32, true);
    put(network, "tokens", words);
    put(network, "label", tags);
    step(network, model, state);
    EXPECT_EQ(metrics.read()[0].rows, samples * length);
    tags.resize(samples * length);
    const Values seen(words.begin(), words.begin() + samples * length);
    expect_gradient(model, state, [&](const Values& parameters) {
        const auto pass = reference_forward(model, parameters, samples, seen, true);
        return reference_cross_entropy(4, pass.logits, tags) / double{samples * length};
    });
}

/// Bit by bit what the same tokens give as samples; an idle lane and one of fewer tokens.
TEST_P(NetworkGraph, RowsMayBeCountedOnTheDevice) {
    constexpr std::size_t length = 3, room = batch * length;
    const Model as_ragged = tagger(ragged(length)), as_samples = tagger({});
    const std::vector<std::uint32_t> counts{11, 5, 4};
    RandomValues random(3);
    const auto words = some_words(3 * room);
    const Labels tags = random.labels(3 * room, 4);
    std::vector<float> state;
    for (std::uint64_t lane = 0; lane < 3; ++lane) {
        const auto own = random_state(as_samples, lane);
        state.insert(state.end(), own.begin(), own.end());
    }
    Network network(device, as_ragged, 3, batch, Real::f32, true);
    put(network, "tokens", words);
    put(network, "label", tags);
    device.copy_in(network.counts(ragged(length)), counts.data(), 3 * sizeof(std::uint32_t));
    step(network, as_ragged, state, {4, 0, 2});
    const auto counted = gradient.read();
    const auto counted_metrics = metrics.read();

    Network plain(device, as_samples, 3, room, Real::f32, true);
    put(plain, "tokens", words);
    put(plain, "label", tags);
    step(plain, as_samples, state, {11, 0, 4});
    EXPECT_TRUE(same_bits(counted, gradient.read()));
    for (std::size_t lane = 0; lane < 3; ++lane) {
        EXPECT_EQ(counted_metrics[lane].sum, metrics.read()[lane].sum);
        EXPECT_EQ(counted_metrics[lane].rows, lane == 1 ? 0 : counts[lane]);
    }
}

/// A sample of tokens is looked at token by token, then as a whole: views, whose gradients meet in
/// the value that they view.
TEST_P(NetworkGraph, TokensAndSamplesAreViewsOfEachOther) {
    constexpr std::size_t length = 3;
    Graph g;
    const Value words = g.input("tokens", {{length}, Element::i32}),
                label = g.input("label", labels());
    const Value e = g.add(embedding({.vocabulary = 7, .dim = 5}), {words});
    const Value each = g.add(linear({.out = 5}), {g.add(per_token(), {e})});
    const Value whole = g.add(per_sample(), {each});
    const Value y =
        g.add(sum(), {g.add(linear({.out = 4}), {whole}), g.add(linear({.out = 4}), {e})});
    g.loss("class", cross_entropy(), {y, label});
    const Model model = g.finish("views");
    RandomValues random(4);
    const auto state = random_state(model, 4);
    const auto all = some_words(batch * length);
    Labels classes = random.labels(batch, 4);
    Network network(device, model, 1, batch, Real::f32, true);
    put(network, "tokens", all);
    put(network, "label", classes);
    step(network, model, state);
    classes.resize(samples);
    const Values seen(all.begin(), all.begin() + samples * length);
    expect_gradient(model, state, [&](const Values& parameters) {
        const auto pass = reference_forward(model, parameters, samples, seen, true);
        return reference_cross_entropy(4, pass.logits, classes) / double{samples};
    });
}

/// Two heads on one body; the metric counts the second's hits.
TEST_P(NetworkGraph, SeveralLossesAreAddedByTheirWeights) {
    constexpr float first = 0.3f, second = 2.0f;
    Graph g;
    const Value x = g.input("x", {{7}});
    const Value a = g.input("label", labels()), b = g.input("other", labels());
    const Value h = g.add(relu(), {g.add(linear({.out = 6}), {x})});
    const Value ya = g.add(linear({.out = 3}), {h}), yb = g.add(linear({.out = 4}), {h});
    g.loss("class", cross_entropy(), {ya, a}, double{first});
    g.loss("kind", cross_entropy(), {yb, b}, double{second});
    g.metric("accuracy", top1(), {yb, b});
    const Model model = g.finish("two heads");

    RandomValues random(3);
    const auto state = random_state(model, 3);
    const auto values = random.values(batch * 7, 2.0);
    Labels la = random.labels(batch, 3), lb = random.labels(batch, 4);
    Network network(device, model, 1, batch, Real::f32, true);
    put(network, "x", values);
    put(network, "label", la);
    put(network, "other", lb);
    step(network, model, state);
    la.resize(samples);
    lb.resize(samples);
    const Values rx = widened(head(values, samples * 7));
    Values logits;
    const auto loss = [&](const Values& parameters) {
        const auto pass = reference_forward(model, parameters, samples, rx, true);
        logits = pass.values[model.losses[1].in[0]];
        return (double{first} * reference_cross_entropy(3, pass.logits, la) +
                double{second} * reference_cross_entropy(4, logits, lb)) /
               double{samples};
    };
    expect_gradient(model, state, loss);
    const LaneMetrics found = metrics.read()[0];
    EXPECT_NEAR(found.sum / samples, loss(widened(state)), 1e-5);
    EXPECT_EQ(found.rows, samples);
    std::uint64_t hits = 0;
    for (std::size_t n = 0; n < samples; ++n) {
        const double* z = &logits[n * 4];
        hits += std::max_element(z, z + 4) - z == lb[n];
    }
    EXPECT_EQ(found.hits, hits);
}

/// A value of the body that nothing trains has no gradient; what a metric alone looks at neither.
TEST_P(NetworkGraph, AMetricOfItsOwnCountsBesideTheLoss) {
    Graph g;
    const Value x = g.input("x", {{7}});
    const Value a = g.input("label", labels()), b = g.input("other", labels());
    const Value y = g.add(linear({.out = 3}), {x});
    g.loss("class", cross_entropy(), {y, a});
    g.metric("accuracy", top1(), {y, b});
    g.metric("class", top1(), {y, a});
    g.metric("top2", top_k(2), {y, b});
    g.metric("perplexity", perplexity(), {y, a});
    const Model model = g.finish("measured");
    EXPECT_EQ(model.metrics[1].tally, 0u); // the loss counts these two along
    EXPECT_EQ(model.metrics[3].tally, 0u);
    ASSERT_EQ(model.tallies, 3u);
    RandomValues random(6);
    const auto state = random_state(model, 6);
    const auto x_values = random.values(batch * 7, 2.0);
    const Labels la = random.labels(batch, 3);
    Network network(device, model, 2, batch, Real::f32, false);
    put(network, "x", x_values); // of the first lane
    put(network, "label", la);
    const auto pass = reference_forward(model, widened(state), samples,
                                        widened(head(x_values, samples * 7)), false);
    Labels largest; // right for all but the last
    for (std::size_t n = 0; n < batch; ++n) {
        const double* z = &pass.logits[std::min<std::size_t>(n, samples - 1) * 3];
        largest.push_back(static_cast<std::uint16_t>(std::max_element(z, z + 3) - z));
    }
    largest[samples - 1] = static_cast<std::uint16_t>((largest[samples - 1] + 1) % 3);
    put(network, "other", largest);
    const auto states = lanes_of(device, {samples, 0});
    weights = Buffer<float>(device, state);
    metrics = Buffer<LaneMetrics>(device, 2 * model.tallies);
    network.evaluate(states.data(), per_lane(weights, 0), metrics.data());
    const std::vector<LaneMetrics> found = metrics.read();
    std::vector<LaneMetrics> tallies;
    for (std::size_t t = 0; t < model.tallies; ++t) {
        EXPECT_EQ(found[2 * t].rows, samples) << t;
        EXPECT_EQ(found[2 * t + 1].rows, 0u) << t; // idle
        tallies.push_back(found[2 * t]);
    }
    const auto values = metric_values(model, tallies);
    ASSERT_EQ(values.size(), 4u);
    EXPECT_DOUBLE_EQ(values[0], (samples - 1.0) / samples);
    double loss = 0, hits = 0, two = 0;
    for (std::size_t n = 0; n < samples; ++n) {
        const double* z = &pass.logits[n * 3];
        const std::size_t before_wanted = static_cast<std::size_t>(
            std::count_if(z, z + 3, [&](double v) { return v > z[largest[n]]; }));
        two += before_wanted < 2;
        hits += std::max_element(z, z + 3) - z == la[n];
        loss += std::log(std::exp(z[0]) + std::exp(z[1]) + std::exp(z[2])) - z[la[n]];
    }
    EXPECT_DOUBLE_EQ(values[1], hits / samples);
    EXPECT_DOUBLE_EQ(values[2], two / samples);
    EXPECT_NEAR(values[3], std::exp(loss / samples), 1e-4);
}

TEST_P(NetworkGraph, WhatAModelHasNotIsOneLine) {
    Network network(device, residual(), 1, batch, Real::f32, true);
    EXPECT_THROW((void)network.input("tokens"), Error);
    EXPECT_THROW((void)network.counts(ragged(3)), Error);
}

} // namespace
} // namespace fedmrn::test
