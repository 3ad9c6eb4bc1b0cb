// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/lane_group.hpp"
#include "engine/model/network.hpp"
#include "tests/support/classes.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/matrices.hpp"
#include "tests/support/method_test.hpp"
#include "tests/support/reference_network.hpp"

namespace fedmrn::test {
namespace {

/// A masked tensor's B among the variables, as the method should have it.
struct Factor {
    std::uint32_t tensor;
    std::size_t offset, rows, columns, rank, values;
    double scale;
};

std::vector<Factor> factors_of(const ParameterLayout& layout, double ratio) {
    std::vector<Factor> factors;
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.role != Role::masked) continue;
        const std::size_t rows = tensor.shape[0], columns = tensor.elements() / rows;
        const auto rank = std::max<std::size_t>(
            1, std::lround(ratio * static_cast<double>(std::max(rows, columns))));
        factors.push_back({static_cast<std::uint32_t>(factors.size()), tensor.offset, rows, columns,
                           rank, rank * std::min(rows, columns),
                           1.0 / std::sqrt(static_cast<double>(rank))});
    }
    return factors;
}

/// global + A·B in float64, of variables as the method holds them.
Values weights_of(const std::vector<Factor>& factors, std::uint64_t seed, const Values& global,
                  const Values& variables) {
    Values weights = global;
    for (std::size_t i = 0; i < variables.size(); ++i) weights[i] += variables[i];
    for (const Factor& f : factors) {
        const Matrix d = frozen_product(seed, f.tensor, f.rows, f.columns, f.rank, f.scale,
                                        variables.data() + f.offset);
        for (std::size_t i = 0; i < d.values.size(); ++i) {
            weights[f.offset + i] = global[f.offset + i] + d.values[i];
        }
    }
    return weights;
}

/// Random B, zeros behind them, random dense parameters.
std::vector<float> random_variables(const ParameterLayout& layout,
                                    const std::vector<Factor>& factors) {
    std::vector<float> variables = RandomValues(3).values(layout.trainable, 0.3);
    for (const Factor& f : factors) {
        std::fill(variables.begin() + static_cast<std::ptrdiff_t>(f.offset + f.values),
                  variables.begin() + static_cast<std::ptrdiff_t>(f.offset + f.rows * f.columns),
                  0.0f);
    }
    return variables;
}

class FrozenFactorTest : public OnDevice {};
INSTANTIATE_TEST_SUITE_P(On, FrozenFactorTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Through the network: the gradient of every variable against finite differences of the loss of
/// global + A·B in float64. Convolutions, BatchNorms and linear layers, wide and tall.
TEST_P(FrozenFactorTest, GradientIsThatOfFiniteDifferences) {
    constexpr std::uint32_t rows = 4;
    for (const Model& model : {narrow_cnn(), narrow_mlp()}) {
        for (const double ratio : {1.0 / 32, 0.3}) {
            const auto method = make_method({"frozen_factor", {{"ratio", ratio}}}, model.layout);
            const auto factors = factors_of(model.layout, ratio);
            RandomValues random(2);
            const auto state = random_state(model, 2);
            const auto x = random.values(rows * model.input("x").elements(), 2.0);
            const auto labels = random.labels(rows, classes_of(model));
            const std::vector<float> start = random_variables(model.layout, factors);

            Network network(device, model, 1, rows, Real::f32, true);
            device.copy_in(network.input(), x.data(), x.size() * sizeof(float));
            device.copy_in(network.labels(), labels.data(), labels.size() * 2);
            const auto states = lanes_of(device, {rows}); // its seed is 100
            const Buffer<float> global(device, state);
            Buffer<float> variables(device, start), weights(device, state);
            Buffer<float> gradient(device, model.layout.trainable);
            Buffer<LaneMetrics> metrics(device, 1);
            const LocalStep step{global.data(),
                                 nullptr,
                                 1,
                                 states.data(),
                                 {variables.data(), 0},
                                 {weights.data(), 0},
                                 {gradient.data(), 0}};
            method->local->weights(device, step);
            network.train(states.data(), step.weights, step.gradient, metrics.data());
            method->local->gradient(device, step);

            Values v = widened(start);
            const auto loss = [&] {
                return reference_loss(model, weights_of(factors, 100, widened(state), v),
                                      widened(x), labels);
            };
            Values expected = finite_differences(v, loss, 1e-6);
            for (const Factor& f : factors) { // no variable stands there
                for (std::size_t i = f.values; i < f.rows * f.columns; ++i) {
                    ASSERT_EQ(expected[f.offset + i], 0.0);
                    ASSERT_EQ(gradient.read()[f.offset + i], 0.0f);
                }
            }
            EXPECT_TRUE(close(gradient.read(), expected, 2e-5)) << model.name << ", " << ratio;
        }
    }
}

/// A client trained on lanes: its B decodes to what its last weights were made of, and nothing but
/// B has moved. Weight decay and momentum leave the rest zero as well.
TEST_P(FrozenFactorTest, TrainsBAndNothingElse) {
    const Model model = narrow_cnn();
    constexpr double ratio = 0.25;
    const auto method = make_method({"frozen_factor", {{"ratio", ratio}}}, model.layout);
    const auto factors = factors_of(model.layout, ratio);
    Federation federation(device, model, {23});
    const auto state = random_state(model, 1);
    const Buffer<float> global(device, state);
    const ClientConfig client{
        .epochs = 2, .batch = 8, .lr = 0.1, .momentum = 0.5, .weight_decay = 0.01};
    const Stages stages = make_stages(client, {}, model.layout);
    LaneGroup group(device, model, *method, stages, client, 1, Real::f32);
    std::optional<ClientTask> task = federation.tasks[0];
    Message sent;
    group.run(
        federation.resident.view(), {4, global.data()}, [&] { return std::exchange(task, {}); },
        [&](const ClientTask&, const MessageView& message, const LaneMetrics&) {
            sent = owned(message);
        },
        [](std::uint64_t) {}, {});
    std::size_t at = 0, moved = 0;
    const auto decoded = change_of(*method, device, {}, {&sent, 1}, model.layout.state);
    for (const Factor& f : factors) {
        ASSERT_EQ(sent.tensors[f.tensor], (TensorEntry{Encoding::float32, f.values}));
        const Matrix d = frozen_product(federation.tasks[0].seed, f.tensor, f.rows, f.columns,
                                        f.rank, f.scale, sent.dense.data() + at);
        for (std::size_t i = 0; i < f.rows * f.columns; ++i) {
            ASSERT_NEAR(decoded[f.offset + i], d.values[i], 1e-6);
            moved += d.values[i] != 0.0 ? 1 : 0;
        }
        at += f.values;
    }
    EXPECT_GT(moved, model.layout.masked * 9 / 10);
}

/// A step of B by −dL/dB moves D by −G·Aᵀ·A, whose mean over seeds is −G. One seed's lies beside it
/// by larger / rank of ‖G‖², and so a mean of 300 seeds by 8 / 300.
TEST_P(FrozenFactorTest, AStepIsOnTheMeanAStepOfTheWeights) {
    constexpr std::size_t rows = 6, columns = 64, n = rows * columns, seeds = 300;
    const ParameterLayout layout{{{"w", Role::masked, {rows, columns}, 0}}, n, n, n};
    const auto method = make_method({"frozen_factor", {{"ratio", 0.125}}}, layout);
    const std::vector<float> g = RandomValues(1).values(n);
    const Buffer<float> zeros(device, n);
    Values total(n, 0.0);
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const Buffer<LaneState> state(device, std::vector<LaneState>{{seed, 0, 1, 0, 1, 1}});
        Buffer<float> gradient(device, g), weights(device, n);
        method->local->gradient(device,
                                {zeros.data(), 1.0, 1, state.data(), {}, {}, {gradient.data(), 0}});
        method->local->weights(
            device,
            {zeros.data(), 1.0, 1, state.data(), {gradient.data(), 0}, {weights.data(), 0}, {}});
        const auto d = weights.read();
        for (std::size_t i = 0; i < n; ++i) total[i] += static_cast<double>(d[i]);
    }
    double along = 0;
    for (std::size_t i = 0; i < n; ++i) {
        total[i] /= seeds;
        along += total[i] * static_cast<double>(g[i]);
    }
    EXPECT_NEAR(along / square(widened(g)), 1.0, 0.05);
    EXPECT_NEAR(square_distance(total, widened(g)) / square(widened(g)), 8.0 / seeds, 0.01);
}

} // namespace
} // namespace fedmrn::test
