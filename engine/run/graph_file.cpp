// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/graph_file.hpp"

#include <algorithm>
#include <deque>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/base/channels.hpp"

namespace fedmrn {
namespace {

using Kind = InferenceNode::Kind;
using Shape = std::vector<std::size_t>;

/// Views of tensors that it holds.
class Tensors {
public:
    template <class T> void add(std::string name, Shape shape, std::vector<T> values) {
        auto& kept = std::get<std::deque<std::vector<T>>>(kept_);
        kept.push_back(std::move(values));
        views_.push_back(
            view_of(std::move(name), std::move(shape), std::span<const T>(kept.back())));
    }
    /// The widest first, so that all data are aligned.
    std::vector<TensorView> views() {
        std::ranges::stable_sort(views_, [](const TensorView& a, const TensorView& b) {
            return bytes_of(a.dtype) > bytes_of(b.dtype);
        });
        return views_;
    }

private:
    std::tuple<std::deque<std::vector<float>>, std::deque<std::vector<std::int32_t>>,
               std::deque<std::vector<std::int8_t>>>
        kept_;
    std::vector<TensorView> views_;
};

void add_layer(Tensors& tensors, const InferenceGraph& graph, const InferenceNode& node,
               const QuantizedLayer* integers) {
    const std::size_t channels = graph.channels(node.in[0]), out = node.bias.size(),
                      row = node.weight.size() / out;
    const Shape shape = node.kind == Kind::convolution
                            ? Shape{out, channels, node.kernel, node.kernel}
                            : Shape{out, row};
    const auto first = [&](const auto& values) {
        return channels_first(std::span(values), row / channels, channels);
    };
    if (integers == nullptr) {
        tensors.add(node.name + ".weight", shape, first(node.weight));
        tensors.add(node.name + ".bias", {out}, node.bias);
        return;
    }
    tensors.add(node.name + ".weight", shape, first(integers->codes));
    tensors.add(node.name + ".weight_scale", {out}, integers->scales);
    tensors.add(node.name + ".bias", {out}, integers->bias);
}

void add_value(Tensors& tensors, const std::string& name, const Quantization& integers,
               std::size_t value) {
    if (!integers.values[value] || integers.rectified[value]) return;
    const formula::Affine affine = *integers.values[value];
    tensors.add(name + "_scale", {}, std::vector{affine.scale});
    tensors.add(name + "_zero", {}, std::vector{affine.zero});
}

} // namespace

void write_graph_tensors(const std::filesystem::path& path, const InferenceGraph& graph,
                         const Quantization* integers, const Metadata& metadata) {
    Tensors tensors;
    if (integers != nullptr) add_value(tensors, "x", *integers, 0);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const InferenceNode& node = graph.nodes[i];
        if (node.kind == Kind::convolution || node.kind == Kind::linear) {
            add_layer(tensors, graph, node, integers != nullptr ? &integers->layers[i] : nullptr);
        } else if (node.kind == Kind::scale) {
            tensors.add(node.name + ".weight", {node.weight.size()}, node.weight);
            tensors.add(node.name + ".bias", {node.bias.size()}, node.bias);
        }
        if (integers != nullptr) add_value(tensors, node.name + "_y", *integers, node.out);
    }
    write_safetensors(path, metadata, tensors.views());
}

} // namespace fedmrn
