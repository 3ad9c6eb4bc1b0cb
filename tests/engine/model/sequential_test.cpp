// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "engine/model/network.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/graph.hpp"
#include "tests/engine/model/network_run.hpp"
#include "tests/support/columns.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/reference_network.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn::test {
namespace {

using testing::HasSubstr;

Choice spelled(const std::string& layers) { return {"sequential", {{"layers", layers}}}; }

void expect_same(const std::string& name, const std::string& layers, ImageShape input,
                 std::uint32_t classes) {
    const Model zoo = make_model(name, shape_of_images(input, classes));
    const Model own = make_model(spelled(layers), shape_of_images(input, classes));
    ASSERT_EQ(own.layout.tensors.size(), zoo.layout.tensors.size()) << name;
    for (std::size_t i = 0; i < zoo.layout.tensors.size(); ++i) {
        const TensorSpec &a = own.layout.tensors[i], &b = zoo.layout.tensors[i];
        EXPECT_EQ(a.name, b.name);
        EXPECT_EQ(a.shape, b.shape) << a.name;
        EXPECT_EQ(a.offset, b.offset) << a.name;
        EXPECT_EQ(a.role, b.role) << a.name;
        EXPECT_EQ(a.exported.shape, b.exported.shape) << a.name;
        EXPECT_EQ(a.exported.pixels, b.exported.pixels) << a.name;
    }
    EXPECT_EQ(state_hash(initial_state(own, 7)), state_hash(initial_state(zoo, 7))) << name;
}

TEST(Sequential, SpellsTheZoosModels) {
    std::string cnn4;
    for (const char* channels : {"32", "64", "128", "256"}) {
        cnn4 += std::string("conv(out=") + channels +
                ", padding=1, deviation=0.01), batchnorm(relu=true, pool=2), ";
    }
    expect_same("cnn4", cnn4 + "flatten, linear(bias=false, deviation=0.01)", {28, 28, 1}, 10);
    expect_same("mlp", "linear(out=200), relu", {28, 28, 1}, 10);
    expect_same("logistic", "linear(bias=false)", {1, 1, 10}, 2);
    expect_same("cnn2",
                "conv(out=32, kernel=5, padding=2), maxpool(bias=true, relu=true),"
                "conv(out=64, kernel=5, padding=2), maxpool(bias=true, relu=true),"
                "flatten, linear(out=512), relu",
                {28, 28, 1}, 10);
    expect_same("lenet5",
                "conv(out=6, kernel=5, padding=2), avgpool(bias=true, relu=true),"
                "conv(out=16, kernel=5), avgpool(bias=true, relu=true), linear(out=120), relu,"
                "linear(out=84), relu, linear",
                {28, 28, 1}, 10);
}

/// As somebody writes it: the ReLU of an image is one without a pool.
class SequentialRuns : public OnDevice {};
INSTANTIATE_TEST_SUITE_P(On, SequentialRuns, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(SequentialRuns, ItsGradientIsThatOfFiniteDifferences) {
    constexpr std::uint32_t samples = 3;
    const Model model =
        make_model(spelled("conv(out=3), relu, maxpool(size=2), flatten, linear(out=4), relu"),
                   shape_of_images({6, 6, 2}, 3));
    EXPECT_EQ(model.nodes[1].layer->kind(), "pooling");
    RandomValues random(5);
    const auto x = random.values(samples * 72);
    const auto labels = random.labels(samples, 3);
    const auto state = random_state(model, 5);
    const NetworkRun run = run_network(device, model, {samples}, samples, state, x, labels, true);
    Values parameters = widened(state);
    const auto loss = [&] {
        return reference_cross_entropy(
                   3, reference_forward(model, parameters, samples, widened(x), true).logits,
                   labels) /
               double{samples};
    };
    EXPECT_NEAR(run.metrics[0].sum / samples, loss(), 1e-5);
    EXPECT_TRUE(close(run.gradient, finite_differences(parameters, loss, 1e-6), 3e-5));
}

TEST(Sequential, ErrorsNameTheLayer) {
    const auto refusal = [](const std::string& layers) {
        return error_of([&] { (void)make_model(spelled(layers), shape_of_images({4, 4, 1}, 2)); });
    };
    EXPECT_THAT(refusal("conv(out=2), conv(out=2), maxpool"),
                HasSubstr("model sequential: layers: 2, conv: layer conv2 (convolution): nothing "
                          "is left of 2x2x2 real"));
    EXPECT_THAT(refusal("embedding(vocabulary=3, dim=2)"),
                HasSubstr("layers: 1, embedding: layer embedding1 (embedding): expected tokens"));
    EXPECT_THAT(refusal("swish"), HasSubstr("model.name = sequential: layers: 1, swish: layer: "));
    EXPECT_THAT(refusal("maxpool(size=16)"), HasSubstr("size: expected an integer in 1 … 15"));
}

/// A head is what [model] says; the loss counts what it can.
TEST(Head, HasTheLossAndTheMetricsThatAreSaid) {
    ModelConfig config;
    config.name = "logistic";
    config.metrics = {{"topk", {{"k", 2}}}, {"perplexity"}, {"accuracy"}};
    const Model model = make_model(config, shape_of_images({1, 1, 4}, 3));
    ASSERT_EQ(model.metrics.size(), 3u);
    EXPECT_EQ(model.metrics[0].name, "top2");
    EXPECT_EQ(model.metrics[0].tally, 1u);
    EXPECT_EQ(model.metrics[1].tally, 0u);
    EXPECT_EQ(model.metrics[2].tally, 0u);
    EXPECT_EQ(model.tallies, 2u);
    EXPECT_EQ(make_model("logistic", shape_of_images({1, 1, 4}, 3)).tallies, 1u);
    const std::vector<LaneMetrics> tallies{{3.0, 5, 10}, {0, 8, 10}};
    EXPECT_THAT(metric_values(model, tallies),
                testing::ElementsAre(0.8, testing::DoubleEq(std::exp(0.3)), 0.5));
    config.loss = {"none"};
    EXPECT_THAT(error_of([&] {
                    (void)make_model(config, shape_of_images({1, 1, 4}, 3));
                }),
                HasSubstr("model.loss: expected \"cross_entropy\""));
}

TEST(Head, AMetricsNameIsFitForAFile) {
    Graph g;
    const Value x = g.input("x", {{3}}), label = g.input("label", labels());
    const Value y = g.add(linear({.out = 2}), {x});
    for (const char* name : {"", "a b", "../x", "a,b"}) {
        EXPECT_THAT(error_of([&] {
                        g.metric(name, top1(), {y, label});
                    }),
                    HasSubstr("expected a name of letters, digits, _ and -"))
            << name;
    }
}

} // namespace
} // namespace fedmrn::test
