// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "fedmrn/graph.hpp"

// One file a model; zoo.cpp lists them.
namespace fedmrn {

Model logistic(const DataShape& data, const Head& head);
Model mlp(const DataShape& data, const Head& head);
Model lenet5(const DataShape& data, const Head& head);
Model cnn2(const DataShape& data, const Head& head);
Model cnn4(const DataShape& data, const Head& head);
Model cnn8(const DataShape& data, const Head& head);
ModelEntry sequential_entry(); ///< layers by their names

/// Input "x": a sample's pixels, or other numbers.
inline Value images(Graph& graph, const DataShape& data) {
    return graph.input("x", {data.column("x").tensor.shape});
}

/// Whether an image has a side of fewer pixels.
inline bool small(const Tensor& image, std::size_t side) {
    return image.shape.size() == 3 && std::min(image.shape[0], image.shape[1]) < side;
}

/// How every model of the zoo ends: logits against the classes.
inline Model classifier(Graph& graph, const DataShape& data, const Head& head, Value logits,
                        const std::string& name) {
    graph.head(head, logits, graph.input(data.label, labels()));
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
