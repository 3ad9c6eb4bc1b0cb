// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/graph.hpp"

#include <gtest/gtest.h>

#include "fedmrn/images.hpp"
#include "tests/support/classes.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

class Graphs : public ::testing::Test {
protected:
    Graph g;
    Value x = g.input("x", {{8, 8, 3}});
    Value label = g.input("label", labels());
    Value y() { return g.add(linear({.out = 4}), {x}); }
};

TEST_F(Graphs, LayersAreNumberedByTheirPrefix) {
    const Value a = g.add(conv2d({.out = 2}), {x}), b = g.add(conv2d({.out = 2}), {a});
    EXPECT_EQ(g.name(a), "conv1");
    EXPECT_EQ(g.name(b), "conv2");
    EXPECT_EQ(g.name(g.add(batchnorm(), {b}, "norm")), "norm");
    EXPECT_EQ(g.name(g.add(batchnorm(), {b})), "bn1");
    EXPECT_EQ(g.name(x), "x");
    EXPECT_EQ(g.tensor(b), (Tensor{{4, 4, 2}}));
}

TEST_F(Graphs, TheStateIsMaskedThenDenseThenStatistics) {
    const Value h = g.add(batchnorm(), {g.add(conv2d({.out = 2}), {x})});
    const Value logits = g.add(linear({.out = 4}), {h});
    g.loss("class", cross_entropy(), {logits, label});
    const Model model = g.finish("mine");
    std::vector<std::string> names;
    for (const TensorSpec& tensor : model.layout.tensors) names.push_back(tensor.name);
    EXPECT_EQ(names,
              (std::vector<std::string>{"conv1.weight", "linear1.weight", "bn1.weight", "bn1.bias",
                                        "linear1.bias", "bn1.running_mean", "bn1.running_var"}));
    EXPECT_EQ(model.nodes[1].parameters, (std::vector<std::size_t>{2, 3, 5, 6}));
    EXPECT_EQ(model.layout.masked, 54u + 36 * 2 * 4);
    EXPECT_EQ(model.layout.trainable, model.layout.masked + 4 + 4);
    EXPECT_EQ(model.layout.state, model.layout.trainable + 4);
    EXPECT_EQ(model.input("x").shape, (std::vector<std::size_t>{8, 8, 3}));
    EXPECT_EQ(classes_of(model), 4u);
}

/// Every mistake is one line that says where it was made.
TEST_F(Graphs, ErrorsNameTheLayer) {
    EXPECT_TRUE(one_line([&] { g.add(conv2d({.kernel = 9}), {x}); },
                         "layer conv1 (convolution): nothing is left of 8x8x3 real"));
    EXPECT_TRUE(one_line([&] { g.add(relu(), {x}); },
                         "layer relu1 (relu): expected float32, as a linear layer gives it"));
    EXPECT_TRUE(one_line([&] { g.add(linear({.out = 2}), {label}, "head"); },
                         "layer head (linear): expected reals, found one u16"));
    EXPECT_TRUE(one_line(
        [&] {
            g.add(sum(), {x, y()});
        },
        "layer sum1 (sum): expected values of one type, found 8x8x3 real and"));
    EXPECT_TRUE(one_line([&] { g.add(sum(), {x}); },
                         "layer sum2 (sum): expected two values or more, found 1"));
    EXPECT_TRUE(one_line([&] { g.add(embedding({}), {x}); },
                         "layer embedding1 (embedding): expected tokens"));
    EXPECT_TRUE(one_line([&] { g.add(pooling({.window = 16}), {x}); },
                         "layer pool1 (pooling): expected a window of 1 to 15, found 16"));
    EXPECT_TRUE(one_line([&] { g.add(relu(), {Value{99}}); }, "a value of another graph"));
    EXPECT_TRUE(one_line([&] { g.input("x", {{3}}); }, "input x: there is one of this name"));
    EXPECT_TRUE(one_line([&] { g.add(linear({.out = 4}), {x}, "linear1"); },
                         "layer linear1 (linear): there is a tensor linear1.weight"));
}

TEST_F(Graphs, ErrorsNameTheLossAndTheMetric) {
    const Value logits = y();
    const Value words = g.input("words", labels(tokens(5)));
    EXPECT_TRUE(one_line(
        [&] {
            g.loss("class", cross_entropy(), {x, label});
        },
        "loss class (cross_entropy): expected float32 logits"));
    EXPECT_TRUE(one_line(
        [&] {
            g.loss("class", cross_entropy(), {logits, words});
        },
        "loss class (cross_entropy): logits and labels of other rows: 4 f32, "
        "one u16 a token of 5"));
    EXPECT_TRUE(one_line(
        [&] {
            g.loss("class", cross_entropy(), {logits, label}, -1.0);
        },
        "loss class (cross_entropy): expected a weight above 0"));
    EXPECT_TRUE(one_line([&] { g.metric("accuracy", top1(), {logits}); },
                         "metric accuracy (top1): expected logits and labels, found 1 values"));
    g.metric("accuracy", top1(), {logits, label});
    EXPECT_TRUE(one_line(
        [&] {
            g.metric("accuracy", top1(), {logits, label});
        },
        "metric accuracy (top1): there is one of this name"));
}

TEST_F(Graphs, AModelHasALossThatAllParametersReach) {
    const Value logits = y();
    EXPECT_TRUE(one_line([&] { g.finish("mine"); }, "model mine: no loss"));
    g.loss("class", cross_entropy(), {logits, label});
    y();
    EXPECT_TRUE(one_line([&] { g.finish("mine"); },
                         "model mine: layer linear2 (linear): no loss depends on it"));
}

TEST_F(Graphs, AnUnnamedTensorsTypeIsReadable) {
    EXPECT_EQ(text_of(Tensor{{28, 28, 1}}), "28x28x1 real");
    EXPECT_EQ(text_of(Tensor{{10}, Element::f32, tokens(32)}), "10 f32 a token of 32");
    EXPECT_EQ(text_of(Tensor{{}, Element::i32, ragged(32)}), "one i32 a token of up to 32");
}

} // namespace
} // namespace fedmrn::test
