// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/deploy/graph.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/reference_layers.hpp"

namespace fedmrn::test {

/// What a graph makes of x in float64, by plain loops.
inline Values reference_graph(const InferenceGraph& graph, const Values& x) {
    using Kind = InferenceNode::Kind;
    const std::size_t samples = x.size() / graph.elements(0);
    std::vector<Values> values(graph.values.size());
    values[0] = x;
    for (const InferenceNode& node : graph.nodes) {
        const Values &in = values[node.in[0]], w = widened(node.weight), b = widened(node.bias);
        const auto& sides = graph.values[node.in[0]];
        const std::size_t channels = graph.channels(node.out);
        Values& y = values[node.out];
        y = in;
        if (node.kind == Kind::convolution) {
            y = reference_convolution({.height = sides[0],
                                       .width = sides[1],
                                       .in = sides[2],
                                       .out = channels,
                                       .kernel = node.kernel,
                                       .padding = node.padding},
                                      samples, in, w);
            for (std::size_t i = 0; i < y.size(); ++i) y[i] += b[i % channels];
        } else if (node.kind == Kind::linear) {
            y = reference_linear(samples, graph.elements(node.in[0]), channels, in, w, b);
        } else if (node.kind == Kind::scale) {
            for (std::size_t i = 0; i < y.size(); ++i)
                y[i] = y[i] * w[i % channels] + b[i % channels];
        } else if (node.kind == Kind::relu) {
            for (double& v : y) v = std::max(v, 0.0);
        } else if (node.kind == Kind::sum) {
            for (std::size_t k = 1; k < node.in.size(); ++k)
                for (std::size_t i = 0; i < y.size(); ++i) y[i] += values[node.in[k]][i];
        } else if (node.kind != Kind::flatten) {
            y = reference_pooling(
                {.height = sides[0],
                 .width = sides[1],
                 .channels = sides[2],
                 .pool = node.kind == Kind::max_pool ? kernels::Pool::max : kernels::Pool::average,
                 .window = node.kernel,
                 .stride = node.kernel},
                samples, in, {});
        }
    }
    return values[graph.output];
}

} // namespace fedmrn::test
