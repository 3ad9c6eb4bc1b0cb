// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/deploy/quantize.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/support/random_values.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

using Kind = InferenceNode::Kind;
using formula::Calibration;

/// 2 features → linear → ReLU → linear of one unit.
InferenceGraph two_layers() {
    InferenceGraph graph{"two", "x", {{2}, {2}, {2}, {1}}, {}, 3};
    graph.nodes = {{.kind = Kind::linear,
                    .name = "first",
                    .in = {0},
                    .out = 1,
                    .weight = {1, -2, 0.5f, 0},
                    .bias = {0.25f, -1}},
                   {.kind = Kind::relu, .name = "relu1", .in = {1}, .out = 2},
                   {.kind = Kind::linear,
                    .name = "second",
                    .in = {2},
                    .out = 3,
                    .weight = {0, 0},
                    .bias = {3}}};
    return graph;
}

/// By hand: x is in −1 … 3; first makes 1·3 + 2·1 + 0.25 = 5.25 and 0.5, and −0.75 and −1.5.
TEST(Quantize, FindsTheScalesOfASmallGraph) {
    const Quantization q = quantize(two_layers(), std::vector<float>{3, -1, -1, 0}, {});
    ASSERT_TRUE(q.values[0] && q.values[1] && q.values[2]);
    EXPECT_FLOAT_EQ(q.values[0]->scale, 4.0f / 255);
    EXPECT_EQ(q.values[0]->zero, 64); // 63.75: 0 has an integer of its own
    EXPECT_EQ(q.rectified, (std::vector<bool>{false, true, false, false}));
    EXPECT_FLOAT_EQ(q.values[2]->scale, 5.25f / 255);
    EXPECT_EQ(q.values[2]->zero, 0);
    EXPECT_EQ(q.values[1]->scale, q.values[2]->scale);
    EXPECT_FALSE(q.values[3]);

    const QuantizedLayer& first = q.layers[0];
    EXPECT_EQ(first.codes, (std::vector<std::int8_t>{64, -127, 127, 0})); // 63.5 to even
    EXPECT_FLOAT_EQ(first.scales[0], 2.0f / 127);
    EXPECT_FLOAT_EQ(first.scales[1], 0.5f / 127);
    EXPECT_EQ(first.bias[0], std::lround(0.25 / (4.0 / 255 * 2 / 127)));
    EXPECT_EQ(first.bias[1], -16192); // −16192.5
    EXPECT_TRUE(q.layers[1].codes.empty());

    // Weights of nothing: their bias is what is left, and is kept.
    const QuantizedLayer& second = q.layers[2];
    EXPECT_EQ(second.codes, (std::vector<std::int8_t>{0, 0}));
    const double unit = double{q.values[2]->scale} * double{second.scales[0]};
    EXPECT_NEAR(unit * second.bias[0], 3, unit);
}

/// A bias of millions of weights' units still fits into 32 bits.
TEST(Quantize, KeepsABiasThatWeightsAreNothingBeside) {
    InferenceGraph graph = two_layers();
    graph.nodes[0].weight = {1e-12f, -1e-12f, 1, 1};
    graph.nodes[0].bias = {2, 0};
    const Quantization q = quantize(graph, std::vector<float>{1, -1}, {});
    const double unit = double{q.values[0]->scale} * double{q.layers[0].scales[0]};
    EXPECT_NEAR(unit * q.layers[0].bias[0], 2, 1e-6);
    EXPECT_LE(std::abs(q.layers[0].bias[0]), 1 << 30);
}

TEST(Quantize, PoolsAndRowsKeepTheScaleOfWhatTheyRead) {
    InferenceGraph graph{"pools", "x", {{4, 4, 1}, {2, 2, 1}, {4}, {4}, {4}, {4}}, {}, 5};
    graph.nodes = {{.kind = Kind::average_pool, .name = "p", .in = {0}, .out = 1, .kernel = 2},
                   {.kind = Kind::flatten, .name = "f", .in = {1}, .out = 2},
                   {.kind = Kind::relu, .name = "r", .in = {2}, .out = 3},
                   {.kind = Kind::relu, .name = "s", .in = {3}, .out = 4},
                   {.kind = Kind::sum, .name = "t", .in = {4, 4}, .out = 5}};
    const Quantization q = quantize(graph, RandomValues(1).values(32), {});
    for (const std::size_t v : {1u, 2u}) {
        EXPECT_EQ(q.values[v]->scale, q.values[0]->scale);
        EXPECT_EQ(q.values[v]->zero, q.values[0]->zero);
    }
    // Of what is flat the scale is said; of the first ReLU's result that of the second's.
    EXPECT_EQ(q.rectified, (std::vector<bool>{false, false, false, true, false, false}));
    EXPECT_EQ(q.values[3]->scale, q.values[4]->scale);
    EXPECT_NE(q.values[3]->scale, q.values[2]->scale);
}

/// 99,999 values below 1, and one of 10.
TEST(Quantize, ClipsWhatIsRare) {
    std::vector<float> x = RandomValues(2).values(100'000);
    x[500] = 10;
    const auto scale = [&](Calibration range, double percentile = 99.9) {
        return quantize(two_layers(), x, {range, percentile}).values[0]->scale;
    };
    EXPECT_NEAR(scale(Calibration::minmax), 11.0 / 255, 1e-4);
    EXPECT_NEAR(scale(Calibration::percentile), 2.0 / 255, 1e-4);
    EXPECT_NEAR(scale(Calibration::percentile, 90), 1.8 / 255, 1e-4);
    EXPECT_NEAR(scale(Calibration::percentile, 100), 11.0 / 255, 1e-4);
    // To clip at c costs (10 − c)² and leaves 100,000 · ((1 + c) / 255)² / 12: least at c = 8.75.
    EXPECT_NEAR(scale(Calibration::mse), 9.75 / 255, 0.32 / 255);
}

TEST(Quantize, RefusesWhatHasNoIntegers) {
    const auto refused = [](const InferenceGraph& graph, const std::vector<float>& x,
                            const char* words, Fault fault) {
        return one_line([&] { quantize(graph, x, {}); }, words, fault);
    };
    const float none = std::numeric_limits<float>::infinity();
    EXPECT_TRUE(refused(two_layers(), {none, 0},
                        "model two: a value of the input is not finite, and has no integer",
                        Fault::run));
    InferenceGraph graph = two_layers();
    graph.nodes[2].weight[0] = none;
    EXPECT_TRUE(refused(graph, {0, 0}, "a weight of second is not finite", Fault::run));
    graph.values[0] = {40000};
    graph.nodes[0].weight.assign(80000, 1);
    EXPECT_TRUE(refused(graph, std::vector<float>(40000, 1),
                        "layer first adds up 40000 products, of which integers of 32 bits hold "
                        "33000",
                        Fault::input));
}

} // namespace
} // namespace fedmrn::test
