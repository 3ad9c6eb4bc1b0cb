// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/deploy/integer.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "engine/data/reading.hpp"
#include "engine/deploy/infer.hpp"
#include "fedmrn/graph.hpp"
#include "tests/engine/server/experiments.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

using Kind = InferenceNode::Kind;
using formula::Affine;

/// A sum as a byte, by the words of IntegerInference: the standard's rounding, not the engine's.
std::uint8_t byte_of(float v, std::int32_t zero) {
    return static_cast<std::uint8_t>(
        std::fmin(255.0f, std::fmax(0.0f, std::nearbyint(v) + static_cast<float>(zero))));
}

/// The bytes of every value and the output, by loops over int32 for one sample.
struct ByLoops {
    std::vector<std::vector<std::uint8_t>> bytes;
    std::vector<float> output;

    ByLoops(const InferenceGraph& graph, const Quantization& q, std::span<const float> x)
        : bytes(graph.values.size()), graph_(graph), q_(q) {
        for (const float v : x) bytes[0].push_back(byte_of(v / scale(0), zero(0)));
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) node(graph.nodes[i], q.layers[i]);
    }

private:
    [[nodiscard]] float scale(std::size_t v) const { return q_.values[v]->scale; }
    [[nodiscard]] std::int32_t zero(std::size_t v) const { return q_.values[v]->zero; }

    /// The sum of output element i.
    [[nodiscard]] std::int32_t sum(const InferenceNode& n, const QuantizedLayer& layer,
                                   std::size_t i) const {
        const std::size_t in = n.in[0], o = i % n.bias.size();
        const bool flat = n.kind == Kind::linear;
        const auto& sides = graph_.values[in];
        const std::size_t height = flat ? 1 : sides[0], width = flat ? 1 : sides[1],
                          channels = flat ? graph_.elements(in) : sides[2],
                          out_width = flat ? 1 : graph_.values[n.out][1], k = n.kernel;
        const std::size_t h = i / n.bias.size() / out_width, v = i / n.bias.size() % out_width;
        std::int32_t sum = layer.bias[o];
        for (std::size_t r = 0; r < k; ++r)
            for (std::size_t c = 0; c < k; ++c) {
                const std::size_t row = h + r - n.padding, column = v + c - n.padding;
                if (row >= height || column >= width) continue; // below 0 too
                for (std::size_t j = 0; j < channels; ++j)
                    sum += (bytes[in][(row * width + column) * channels + j] - zero(in)) *
                           layer.codes[((o * k + r) * k + c) * channels + j];
            }
        return sum;
    }

    void node(const InferenceNode& n, const QuantizedLayer& layer) {
        const std::size_t in = n.in[0], size = graph_.elements(n.out);
        for (std::size_t i = 0; i < size; ++i) {
            if (n.kind == Kind::convolution || n.kind == Kind::linear) {
                const float unit = scale(in) * layer.scales[i % n.bias.size()];
                const auto s = static_cast<float>(sum(n, layer, i));
                if (n.out == graph_.output)
                    output.push_back(s * unit);
                else
                    bytes[n.out].push_back(byte_of(s * (unit / scale(n.out)), zero(n.out)));
            } else if (n.kind == Kind::max_pool || n.kind == Kind::average_pool) {
                const auto &from = graph_.values[in], &to = graph_.values[n.out];
                std::uint8_t most = 0;
                float all = 0;
                for (std::size_t k = 0; k < n.kernel * n.kernel; ++k) {
                    const std::size_t row = i / to[2] / to[1] * n.kernel + k / n.kernel,
                                      column = i / to[2] % to[1] * n.kernel + k % n.kernel;
                    const std::uint8_t b =
                        bytes[in][(row * from[1] + column) * from[2] + i % to[2]];
                    most = std::max(most, b);
                    all += scale(in) * static_cast<float>(b - zero(in));
                }
                const float mean = all / static_cast<float>(n.kernel * n.kernel);
                bytes[n.out].push_back(
                    n.kind == Kind::max_pool ? most : byte_of(mean / scale(in), zero(in)));
            } else { // a ReLU, whose bytes say it already; or flat
                const float v = scale(in) * static_cast<float>(bytes[in][i] - zero(in));
                bytes[n.out].push_back(byte_of(
                    (n.kind == Kind::relu ? std::fmax(v, 0.0f) : v) / scale(n.out), zero(n.out)));
            }
        }
    }

    const InferenceGraph& graph_;
    const Quantization& q_;
};

/// Bit for bit, value by value, on samples that were calibrated for and on wilder ones.
void expect_loops(const InferenceGraph& graph, std::size_t samples) {
    SCOPED_TRACE(graph.name);
    const std::size_t size = graph.elements(0);
    const Quantization q = quantize(graph, RandomValues(1).values(8 * size), {});
    const std::vector<float> x = RandomValues(2).values(samples * size, 1.5);
    IntegerInference inference(graph, q);
    const std::vector<float> output = inference.run(x);
    for (std::size_t n = 0; n < samples; ++n) {
        const ByLoops loops(graph, q, std::span(x).subspan(n * size, size));
        for (std::size_t v = 0; v < graph.values.size(); ++v) {
            if (v == graph.output) continue;
            const std::size_t each = graph.elements(v);
            ASSERT_TRUE(same_bits(inference.bytes(v).subspan(n * each, each),
                                  std::span<const std::uint8_t>(loops.bytes[v])))
                << "value " << v << " of sample " << n;
        }
        const std::size_t classes = graph.elements(graph.output);
        ASSERT_TRUE(same_bits(std::span<const float>(output).subspan(n * classes, classes),
                              std::span<const float>(loops.output)));
    }
}

InferenceGraph graph_of(const Model& model) {
    std::vector<float> state = initial_state(model, 3);
    RandomValues values(4);
    for (const TensorSpec& tensor : model.layout.tensors) {
        if (tensor.role == Role::masked) continue;
        for (std::size_t i = 0; i < tensor.elements(); ++i)
            state[tensor.offset + i] =
                tensor.name.ends_with("running_var") ? 0.01f : 0.1f * values.value();
    }
    return inference_graph(model, state);
}

TEST(Integers, AreThoseOfPlainLoops) {
    const DataShape images = shape_of_images({28, 28, 1}, 10);
    for (const char* name : {"cnn4", "lenet5", "mlp", "logistic"})
        expect_loops(graph_of(make_model(name, images)), 2);
    expect_loops(graph_of(make_model("cnn2", images)), 1);
    expect_loops(graph_of(make_model("cnn8", shape_of_images({16, 16, 3}, 10))), 2);
}

/// Scales by hand: a byte is half of the input, of ties the even one, and no less than 0 or more
/// than 255.
TEST(Integers, RoundTiesToEvenAndSaturate) {
    InferenceGraph graph{"half", "x", {{1}, {1}, {1}}, {}, 2};
    graph.nodes = {{.kind = Kind::linear, .name = "a", .in = {0}, .out = 1, .bias = {0}},
                   {.kind = Kind::linear, .name = "b", .in = {1}, .out = 2, .bias = {0}}};
    Quantization q;
    q.values = {Affine{1, 100}, Affine{2, 7}, std::nullopt};
    q.rectified.resize(3);
    q.layers = {{{1}, {1}, {0}}, {{3}, {0.5f}, {1}}};
    IntegerInference inference(graph, q);
    const std::vector<float> x{1, 3, 5, 0.5f, 1.5f, -1, -3, -15, -17, 200};
    const std::vector<float> output = inference.run(x);
    EXPECT_EQ(std::vector(inference.bytes(0).begin(), inference.bytes(0).end()),
              (std::vector<std::uint8_t>{101, 103, 105, 100, 102, 99, 97, 85, 83, 255}));
    EXPECT_EQ(std::vector(inference.bytes(1).begin(), inference.bytes(1).end()),
              (std::vector<std::uint8_t>{7, 9, 9, 7, 8, 7, 5, 0, 0, 85})); // 77.5 to 78
    EXPECT_EQ(output[1], 2 * 0.5f * (3 * 2 + 1));
    q.layers[0].codes = {127};
    EXPECT_EQ(inference.run(std::vector<float>{4})[0], 2 * 0.5f * (3 * (255 - 7) + 1));
}

/// Operations that compute in float32, against float64 within a step of the output.
TEST(Integers, FollowWhatIsNoLayer) {
    Graph g;
    const Value x = g.input("x", {{6, 6, 3}});
    const Value y = g.add(conv2d({.out = 3, .padding = 1}), {x});
    Value h = g.add(sum(), {g.add(batchnorm(), {x}), y, x});
    h = g.add(pooling({.window = 1, .relu = true}), {h});
    h = g.add(flatten(), {g.add(pooling({.window = 2, .average = true}), {h})});
    g.head({}, g.add(linear({.out = 4}), {h}), g.input("label", labels()));
    const InferenceGraph graph = graph_of(g.finish("made"));
    const std::vector<float> samples = RandomValues(5).values(20 * 108);
    const Quantization q = quantize(graph, samples, {});
    IntegerInference integers(graph, q);
    FloatInference floats(graph);
    EXPECT_TRUE(close(integers.run(samples), floats.run(samples)[graph.output], 0.03));
}

TEST(Integers, KeepTheAccuracyOfATrainedModel) {
    const Dataset data = halves(400, 200);
    Config config = cnn_config();
    config.client.epochs = 3;
    Experiment experiment(config, data);
    for (int round = 0; round < 5; ++round) experiment.run_round();
    const InferenceGraph graph = inference_graph(experiment.model(), experiment.weights());
    const Quantization q = quantize(graph, reals_of(data.train.column("x"), 0, 200), {});
    const std::vector<std::uint16_t> wanted = labels_of(data.test);
    IntegerInference inference(graph, q);
    const double accuracy =
        share_right(inference.run(reals_of(data.test.column("x"), 0, 200)), wanted);
    EXPECT_NEAR(accuracy, experiment.evaluate().metrics.at(0), 0.011);
    EXPECT_GT(accuracy, 0.8);
}

} // namespace
} // namespace fedmrn::test
