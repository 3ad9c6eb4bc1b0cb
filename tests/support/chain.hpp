// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "fedmrn/graph.hpp"
#include "fedmrn/images.hpp"

namespace fedmrn::test {

/// A classifier whose layers stand in a line, put together as the zoo does it.
class Chain {
public:
    Chain(std::string name, ImageShape shape)
        : name_(std::move(name)),
          value_(graph_.input("x", {{shape.height, shape.width, shape.channels}})) {}

    Chain& convolution(std::uint32_t out, std::uint32_t kernel, std::uint32_t padding) {
        return add(conv2d({.out = out, .kernel = kernel, .padding = padding}));
    }
    Chain& batchnorm(bool relu, std::uint32_t pool) {
        return add(fedmrn::batchnorm({.relu = relu, .pool = pool}));
    }
    /// After a convolution: its bias, ReLU and a pool.
    Chain& pooling(std::uint32_t window, bool average = false) {
        return add(
            fedmrn::pooling({.window = window, .average = average, .bias = true, .relu = true}),
            graph_.name(value_));
    }
    Chain& linear(std::uint32_t out, bool bias) {
        return add(fedmrn::linear({.out = out, .bias = bias}));
    }
    Chain& relu() { return add(fedmrn::relu()); }

    Model finish() {
        const Value label = graph_.input("label", labels());
        graph_.loss("class", cross_entropy(), {value_, label});
        graph_.metric("accuracy", top1(), {value_, label});
        return graph_.finish(name_);
    }

private:
    Chain& add(LayerPtr layer, std::string name = {}) {
        value_ = graph_.add(std::move(layer), {value_}, std::move(name));
        return *this;
    }
    std::string name_;
    Graph graph_;
    Value value_;
};

} // namespace fedmrn::test
