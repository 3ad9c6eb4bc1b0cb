// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/data/reading.hpp"
#include "engine/deploy/infer.hpp"
#include "fedmrn/graph.hpp"
#include "fedmrn/images.hpp"
#include "tests/engine/deploy/reference_graph.hpp"
#include "tests/engine/server/experiments.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/reason.hpp"
#include "tests/support/reference_network.hpp"

namespace fedmrn::test {
namespace {

using Kind = InferenceNode::Kind;

/// A state as training leaves it: every γ, β, mean and variance of its own, a variance of 0 among
/// them.
std::vector<float> lived_in(const Model& model) {
    std::vector<float> state = initial_state(model, 3);
    RandomValues values(5);
    for (const TensorSpec& tensor : model.layout.tensors) {
        if (tensor.role == Role::masked) continue;
        for (std::size_t i = 0; i < tensor.elements(); ++i) {
            const double v = values.value();
            const bool variance = tensor.name.ends_with("running_var");
            state[tensor.offset + i] =
                static_cast<float>(variance ? (i == 1 ? 0 : 0.3 + v * v) : v);
        }
    }
    return state;
}

/// Logits of a model as float64 has them, and of its graph: in float64 and as the engine infers.
void expect_same(const Model& model, std::size_t kept_layers) {
    SCOPED_TRACE(model.name);
    const std::vector<float> state = lived_in(model);
    const InferenceGraph graph = inference_graph(model, state);
    const std::size_t samples = 3, size = graph.elements(0);
    const std::vector<float> x = RandomValues(7).values(samples * size);
    const Values wanted =
        reference_forward(model, widened(state), samples, widened(x), false).logits;
    EXPECT_TRUE(close(reference_graph(graph, widened(x)), wanted, 1e-6));
    FloatInference inference(graph);
    EXPECT_TRUE(close(inference.run(x)[graph.output], wanted, 1e-5));
    EXPECT_EQ(graph.nodes.size(), kept_layers);
}

TEST(Fold, KeepsTheLogitsOfTheZoo) {
    const DataShape images = shape_of_images({28, 28, 1}, 10);
    expect_same(make_model("cnn4", images), 13);
    expect_same(make_model("cnn8", images), 21);
    expect_same(make_model("cnn2", images), 9);
    expect_same(make_model("lenet5", images), 11);
    expect_same(make_model("mlp", images), 3);
    expect_same(make_model("logistic", images), 1);
    expect_same(make_model("cnn4", shape_of_images({32, 32, 3}, 10)), 13);
    expect_same(make_model("mlp", shape_of_images({1, 1, 10}, 2)), 3);
}

const Tensor image{{6, 6, 3}};

Model finished(Graph& g, Value h) {
    g.head({}, g.add(linear({.out = 4}), {h}), g.input("label", labels()));
    return g.finish("made");
}

TEST(Fold, KeepsWhatItCannotFold) {
    { // BatchNorm of the input, and behind a ReLU
        Graph g;
        Value h = g.add(batchnorm(), {g.input("x", image)});
        h = g.add(conv2d({.out = 5}), {h});
        h = g.add(pooling({.window = 1, .relu = true}), {h});
        h = g.add(batchnorm({.relu = true, .pool = 2}), {h});
        expect_same(finished(g, h), 7);
    }
    { // what somebody else reads too, past a layer that does nothing
        Graph g;
        const Value y = g.add(conv2d({.out = 5, .padding = 1}), {g.input("x", image)});
        const Value same = g.add(pooling({.window = 1}), {y});
        const Value h = g.add(sum(), {g.add(batchnorm(), {same}), y});
        expect_same(finished(g, h), 4);
    }
    { // a bias of nobody's, then flat: the weights behind see channels innermost
        Graph g;
        Value h =
            g.add(pooling({.window = 2, .average = true, .bias = true}), {g.input("x", image)});
        h = g.add(batchnorm(), {g.add(linear({.out = 6}), {g.add(flatten(), {h})})});
        expect_same(finished(g, h), 5);
    }
}

TEST(Fold, FoldsBatchNormIntoALinearLayerAndTwiceIntoAConvolution) {
    Graph g;
    Value h = g.add(conv2d({.out = 5}), {g.input("x", image)});
    h = g.add(batchnorm(), {g.add(batchnorm(), {h})});
    h = g.add(batchnorm(), {g.add(linear({.out = 6}), {h})});
    expect_same(finished(g, h), 3);
}

TEST(Fold, SaysWhatHasNoGraph) {
    const auto refused = [](const Model& model, const std::string& words) {
        return one_line([&] { inference_graph(model, initial_state(model, 1)); }, words);
    };
    Graph words;
    const Value token = words.input("x", {{}, Element::i32});
    const Value word = words.add(embedding({.vocabulary = 3, .dim = 2}), {token});
    EXPECT_TRUE(refused(finished(words, word),
                        "model made: it cannot be put to use: expected one input of images or "
                        "features, found x, one i32"));
    Graph two;
    const Value sums = two.add(sum(), {two.input("x", image), two.input("z", image)});
    EXPECT_TRUE(refused(finished(two, sums), "found z, 6x6x3 real"));
    const Model mlp = make_model("mlp", shape_of_images({1, 1, 10}, 2));
    EXPECT_TRUE(one_line([&] { inference_graph(mlp, std::vector<float>(3)); },
                         "model mlp: expected a state of 132 values, found 3"));
}

/// The engine's own evaluation after training: its accuracy exactly, its loss closely.
TEST(Fold, EvaluatesAsTheExperiment) {
    const Dataset data = halves(400, 200);
    for (const char* name : {"cnn4", "cnn8", "lenet5", "cnn2", "mlp", "logistic"}) {
        SCOPED_TRACE(name);
        Config config = cnn_config();
        config.model.name = name;
        config.client.lr = 0.02;
        Experiment experiment(config, data);
        experiment.run_round();
        experiment.run_round();
        const Evaluation said = experiment.evaluate();
        const InferenceGraph graph = inference_graph(experiment.model(), experiment.weights());
        const std::vector<float> x = reals_of(data.test.column("x"), 0, 200);
        FloatInference inference(graph);
        const std::vector<float>& logits = inference.run(x)[graph.output];
        const std::vector<std::uint16_t> wanted = labels_of(data.test);
        EXPECT_DOUBLE_EQ(said.metrics.at(0), share_right(logits, wanted));
        EXPECT_NEAR(said.loss, reference_cross_entropy(2, widened(logits), wanted) / 200,
                    1e-5 * (1 + said.loss));
    }
}

} // namespace
} // namespace fedmrn::test
