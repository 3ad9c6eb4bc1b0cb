// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "engine/client/counting_device.hpp"
#include "engine/model/network.hpp"
#include "fedmrn/graph.hpp"
#include "tests/house/toys/curve.hpp"
#include "tests/house/toys/squared_error.hpp"
#include "tests/house/toys/swish.hpp"
#include "tests/house/toys/within.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/reason.hpp"
#include "tests/support/reference_network.hpp"

/// A layer, a loss, a metric and a model that are made of include/fedmrn/ alone.
namespace fedmrn::test {
namespace {

constexpr std::uint32_t features = 3, samples = 40;
constexpr std::size_t batch = 50;

Values swish_of(Values x, const Values& beta) {
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] /= 1 + std::exp(-beta[i % beta.size()] * x[i]);
    }
    return x;
}

/// The model in float64.
double reference_distance(const Model& model, const Values& state, const Values& x,
                          const Values& target) {
    std::vector<Values> values(model.values.size());
    values[model.inputs[0].value] = x;
    std::vector<ReferenceMoments> none;
    for (const Model::Node& node : model.nodes) {
        std::vector<const Values*> in;
        for (const std::size_t value : node.in) in.push_back(&values[value]);
        const auto parameters = parameters_of(model, node, state);
        values[node.out] =
            node.layer->kind() == "swish"
                ? swish_of(*in[0], parameters[0])
                : reference_layer(*node.layer, model.values[node.in[0]], model.values[node.out],
                                  target.size(), in, parameters, true, none);
    }
    double distance = 0;
    for (std::size_t n = 0; n < target.size(); ++n) {
        distance += 0.5 * std::pow(values[model.losses[0].in[0]][n] - target[n], 2);
    }
    return distance / static_cast<double>(target.size());
}

/// target = sin of what the features add up to.
class Toys : public ::testing::Test {
protected:
    Toys() {
        RandomValues random(1);
        x = random.values(batch * features);
        for (std::size_t n = 0; n < batch; ++n) {
            target.push_back(std::sin(3 * (x[3 * n] + x[3 * n + 1] - x[3 * n + 2])));
        }
        device->copy_in(network.input(), x.data(), x.size() * sizeof(float));
        device->copy_in(network.input("target"), target.data(), target.size() * sizeof(float));
    }
    double step(std::vector<float>& state) {
        const auto states = lanes_of(*device, {samples});
        Buffer<float> weights(*device, state);
        Buffer<LaneMetrics> metrics(*device, 1);
        network.train(states.data(), per_lane(weights, 0), per_lane(gradient, 0), metrics.data());
        EXPECT_EQ(metrics.read()[0].rows, samples);
        return metrics.read()[0].sum / samples;
    }
    const Model model = house::curve(features, 6);
    std::unique_ptr<Device> device = open_device(DeviceKind::cpu);
    Network network{*device, model, 1, batch, Real::f32, true};
    Buffer<float> gradient{*device, model.layout.trainable};
    std::vector<float> x, target;
};

TEST_F(Toys, TheirGradientIsThatOfFiniteDifferences) {
    std::vector<float> state = initial_state(model, 1);
    RandomValues random(2);
    for (float& v : state) v += random.value(0.3);
    const double found = step(state);
    const Values rx = widened(head(x, samples * features)), rt = widened(head(target, samples));
    Values parameters = widened(state);
    const auto loss = [&] { return reference_distance(model, parameters, rx, rt); };
    EXPECT_NEAR(found, loss(), 1e-6);
    EXPECT_TRUE(close(gradient.read(), finite_differences(parameters, loss, 1e-6), 2e-5));
}

TEST_F(Toys, TheyLearn) {
    std::vector<float> state = initial_state(model, 1);
    const double before = step(state);
    double after = before;
    for (int i = 0; i < 300; ++i) {
        const auto g = gradient.read();
        for (std::size_t k = 0; k < state.size(); ++k) state[k] -= 0.1f * g[k];
        after = step(state);
    }
    EXPECT_LT(after, 0.5 * before);
}

TEST_F(Toys, TheirTensorsAreNamedAndStartAsTheySay) {
    const auto& tensors = model.layout.tensors;
    const auto found = std::find_if(tensors.begin(), tensors.end(),
                                    [](const TensorSpec& t) { return t.name == "swish2.beta"; });
    ASSERT_NE(found, tensors.end());
    const auto state = initial_state(model, 1);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(state[found->offset + i], 1.0f);
}

/// A device that says it is a GPU, and is never used.
class Gpu final : public CountingDevice {
public:
    [[nodiscard]] DeviceKind kind() const override { return DeviceKind::cuda; }
};

TEST_F(Toys, TheyAreWrittenForTheCpu) {
    Gpu gpu;
    EXPECT_TRUE(one_line([&] { Network(gpu, model, 1, batch, Real::f32, true); },
                         "model curve: layer swish1 (swish): not written for this device"));
}

/// Two lanes with room for three rows of two numbers, the second lane without its last.
TEST_F(Toys, TheirMetricCountsTheRowsThatAreThere) {
    const std::vector<float> y{1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6};
    std::vector<float> wanted = y;
    wanted[1] += 0.5f;  // near enough
    wanted[2] -= 2.0f;  // one of a row's two is not
    wanted[8] += 0.75f; // too far, in the second lane
    const Buffer<float> given(*device, y), target_values(*device, wanted);
    const Buffer<LaneState> rows(*device, std::vector<LaneState>{{.samples = 3}, {.samples = 2}});
    const std::vector<Place> in(2, Place{{{2}, Element::f32}, 3, rows.data()});
    const std::vector<DevicePointer<const void>> values{given.data(), target_values.data()};
    const std::vector<DevicePointer<void>> dx(2);
    Buffer<LaneMetrics> tallies(*device, 2);
    Context context{*device, 2};
    house::within(0.5f)->measure(context, {in, values, dx, tallies.data()});
    const auto found = tallies.read();
    EXPECT_EQ(found[0].hits, 2u);
    EXPECT_EQ(found[1].hits, 1u);
    EXPECT_EQ(found[0].rows, 3u);
    EXPECT_EQ(found[1].rows, 2u);
}

TEST_F(Toys, TheirErrorsNameThem) {
    Graph g;
    const Value value = g.input("x", {{3}});
    EXPECT_TRUE(one_line([&] { g.add(house::swish(), {value}); },
                         "layer swish1 (swish): expected a float32"));
    EXPECT_TRUE(one_line(
        [&] {
            g.loss("d", house::squared_error(), {value, value});
        },
        "loss d (squared_error): expected two values of one shape"));
}

} // namespace
} // namespace fedmrn::test
