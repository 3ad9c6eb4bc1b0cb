// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/graph.hpp"

// One file a model; zoo.cpp lists them.
namespace fedmrn {

Model logistic(ImageShape input, std::uint32_t classes, const Head& head);
Model mlp(ImageShape input, std::uint32_t classes, const Head& head);
Model lenet5(ImageShape input, std::uint32_t classes, const Head& head);
Model cnn2(ImageShape input, std::uint32_t classes, const Head& head);
Model cnn4(ImageShape input, std::uint32_t classes, const Head& head);
Model cnn8(ImageShape input, std::uint32_t classes, const Head& head);
ModelEntry sequential_entry(); ///< layers by their names

/// Input "x": a sample's pixels.
inline Value images(Graph& graph, ImageShape shape) {
    return graph.input("x", {{shape.height, shape.width, shape.channels}});
}

/// How every model of the zoo ends: logits against the input "label".
inline Model classifier(Graph& graph, const Head& head, Value logits, const std::string& name) {
    graph.head(head, logits, graph.input("label", labels()));
    return graph.finish(name);
}

/// A convolution, its bias, ReLU and a pool; the bias is the convolution's by name.
inline Value pooled(Graph& graph, Value x, Conv2d convolution, bool average) {
    const Value y = graph.add(conv2d(convolution), {x});
    return graph.add(pooling({.window = 2, .average = average, .bias = true, .relu = true}), {y},
                     graph.name(y));
}

/// With BatchNorm, which sets the scale, weights start N(0, 0.01²) as the paper's authors have it.
inline constexpr Initial narrow = Initial::normal(0.01f);

/// A 3 × 3 convolution that keeps the size, BatchNorm, ReLU and, where pool > 1, a max-pool.
inline Value normalised(Graph& graph, Value x, std::uint32_t channels, std::uint32_t pool) {
    const Value y =
        graph.add(conv2d({.out = channels, .kernel = 3, .padding = 1, .initial = narrow}), {x});
    return graph.add(batchnorm({.relu = true, .pool = pool}), {y});
}

} // namespace fedmrn
