// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <utility>

#include "engine/deploy/graph.hpp"
#include "engine/model/layers/batchnorm.hpp"
#include "engine/model/layers/convolution.hpp"
#include "engine/model/layers/linear.hpp"
#include "engine/model/layers/pooling.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/loss.hpp"
#include "kernels/formula/batchnorm.hpp"

// From a model and its state to the graph that is put to use.
namespace fedmrn {
namespace {

using Kind = InferenceNode::Kind;

/// Whether each node leads to a value.
std::vector<bool> nodes_before(const Model& model, std::size_t output) {
    std::vector<bool> values(model.values.size(), false), nodes(model.nodes.size(), false);
    values[output] = true;
    for (std::size_t i = model.nodes.size(); i-- > 0;) {
        const Model::Node& node = model.nodes[i];
        nodes[i] = values[node.out];
        for (const std::size_t in : node.in) {
            values[in] = values[in] || nodes[i];
        }
    }
    return nodes;
}

/// x · scale + shift, one a channel; in float64, since it is multiplied into weights.
struct Channels {
    std::vector<double> scale, shift;
};

class Builder {
public:
    Builder(const Model& model, std::span<const float> state) : model_(model), state_(state) {}
    InferenceGraph build();

private:
    [[noreturn]] void refuse(const std::string& why) const {
        throw Error("model " + model_.name + ": it cannot be put to use: " + why);
    }
    void add_input();
    void add(const Model::Node& node);
    void add_convolution(const Model::Node& node, const Convolution& layer);
    void add_linear(const Model::Node& node, const LinearLayer& layer);
    void add_batchnorm(const Model::Node& node, const BatchNormLayer& layer);
    void add_pooling(const Model::Node& node, const PoolingLayer& layer);

    [[nodiscard]] std::span<const float> tensor(const Model::Node& node, std::size_t i) const {
        const TensorSpec& spec = model_.layout.tensors[node.parameters.at(i)];
        return state_.subspan(spec.offset, spec.elements());
    }
    [[nodiscard]] std::size_t seat(std::size_t value) const { return seats_.at(value); }
    std::size_t push(InferenceNode node, std::vector<std::size_t> shape);
    /// x · scale + shift of a model's value: in the node that makes it, or as a node of its own.
    std::size_t scaled(std::size_t value, const Channels& by);
    std::size_t relu(std::size_t in);
    std::size_t pool(std::size_t in, Kind kind, std::size_t window, const Model::Node& node);
    /// A name for what has none in the model, and no layer of it has.
    std::string numbered(const std::string& word) {
        for (;;) {
            std::string name = word + std::to_string(++numbers_[word]);
            if (std::ranges::find(model_.nodes, name, &Model::Node::name) == model_.nodes.end()) {
                return name;
            }
        }
    }

    const Model& model_;
    std::span<const float> state_;
    InferenceGraph graph_;
    std::map<std::size_t, std::size_t> seats_; ///< of the model's values, the graph's
    std::map<std::size_t, std::size_t> uses_;  ///< of the model's values, by nodes that are kept
    std::map<std::string, unsigned> numbers_;
};

std::size_t Builder::push(InferenceNode node, std::vector<std::size_t> shape) {
    node.out = graph_.values.size();
    graph_.values.push_back(std::move(shape));
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back().out;
}

void Builder::add_convolution(const Model::Node& node, const Convolution& layer) {
    const std::size_t in = seat(node.in[0]);
    if (!graph_.is_image(in)) {
        refuse("layer " + node.name + " (convolution) reads no image");
    }
    const auto shape = layer.shape(model_.values[node.in[0]], 1, 1);
    const auto w = tensor(node, 0);
    seats_[node.out] = push({.kind = Kind::convolution,
                             .name = node.name,
                             .in = {in},
                             .kernel = shape.kernel,
                             .padding = shape.padding,
                             .weight = {w.begin(), w.end()},
                             .bias = std::vector<float>(shape.out, 0.0f)},
                            {shape.out_height(), shape.out_width(), shape.out});
}

void Builder::add_linear(const Model::Node& node, const LinearLayer& layer) {
    const auto shape = layer.shape(model_.values[node.in[0]], 1, 1);
    const auto w = tensor(node, 0);
    std::vector<float> bias(shape.out, 0.0f);
    if (layer.has_bias()) {
        std::ranges::copy(tensor(node, 1), bias.begin());
    }
    seats_[node.out] = push({.kind = Kind::linear,
                             .name = node.name,
                             .in = {seat(node.in[0])},
                             .weight = {w.begin(), w.end()},
                             .bias = std::move(bias)},
                            {shape.out});
}

std::size_t Builder::scaled(std::size_t value, const Channels& by) {
    const std::size_t in = seat(value), channels = by.scale.size();
    const auto maker = std::ranges::find(graph_.nodes, in, &InferenceNode::out);
    const bool folds = maker != graph_.nodes.end() && uses_[value] == 1 &&
                       (maker->kind == Kind::convolution || maker->kind == Kind::linear);
    if (!folds) {
        return push({.kind = Kind::scale,
                     .name = numbered("scale"),
                     .in = {in},
                     .weight = {by.scale.begin(), by.scale.end()},
                     .bias = {by.shift.begin(), by.shift.end()}},
                    graph_.values[in]);
    }
    const std::size_t row = maker->weight.size() / channels;
    for (std::size_t i = 0; i < maker->weight.size(); ++i) {
        maker->weight[i] =
            static_cast<float>(static_cast<double>(maker->weight[i]) * by.scale[i / row]);
    }
    for (std::size_t c = 0; c < channels; ++c) {
        maker->bias[c] =
            static_cast<float>(static_cast<double>(maker->bias[c]) * by.scale[c] + by.shift[c]);
    }
    return in;
}

std::size_t Builder::relu(std::size_t in) {
    return push({.kind = Kind::relu, .name = numbered("relu"), .in = {in}}, graph_.values[in]);
}

std::size_t Builder::pool(std::size_t in, Kind kind, std::size_t window, const Model::Node& node) {
    if (!graph_.is_image(in)) {
        refuse("layer " + node.name + " (" + node.layer->kind() + ") reads no image");
    }
    const auto& shape = graph_.values[in];
    const std::vector<std::size_t> out{shape[0] / window, shape[1] / window, shape[2]};
    return push({.kind = kind,
                 .name = numbered(kind == Kind::max_pool ? "maxpool" : "avgpool"),
                 .in = {in},
                 .kernel = window},
                out);
}

void Builder::add_batchnorm(const Model::Node& node, const BatchNormLayer& layer) {
    const auto shape = layer.shape(model_.values[node.in[0]], 1, 1);
    const auto gamma = tensor(node, 0), beta = tensor(node, 1), mean = tensor(node, 2),
               variance = tensor(node, 3);
    Channels by;
    for (std::size_t c = 0; c < shape.channels; ++c) {
        const double scale = static_cast<double>(gamma[c]) *
                             formula::inverse_deviation(static_cast<double>(variance[c]));
        by.scale.push_back(scale);
        by.shift.push_back(static_cast<double>(beta[c]) - static_cast<double>(mean[c]) * scale);
    }
    std::size_t h = scaled(node.in[0], by);
    h = shape.relu ? relu(h) : h;
    seats_[node.out] = shape.pool > 1 ? pool(h, Kind::max_pool, shape.pool, node) : h;
}

void Builder::add_pooling(const Model::Node& node, const PoolingLayer& layer) {
    const auto shape = layer.shape(model_.values[node.in[0]], 1, 1);
    std::size_t h = seat(node.in[0]);
    if (layer.has_bias()) {
        const auto bias = tensor(node, 0);
        h = scaled(node.in[0], {std::vector<double>(bias.size(), 1.0), {bias.begin(), bias.end()}});
    }
    h = shape.relu ? relu(h) : h;
    if (h == seat(node.in[0])) { // who reads the one, reads the other
        uses_[node.out] = std::max(uses_[node.out], uses_[node.in[0]]);
    }
    const Kind kind = shape.pool == kernels::Pool::max ? Kind::max_pool : Kind::average_pool;
    seats_[node.out] = shape.window > 1 ? pool(h, kind, shape.window, node) : h;
}

void Builder::add(const Model::Node& node) {
    const Layer* layer = node.layer.get();
    if (const auto* convolution = dynamic_cast<const Convolution*>(layer)) {
        return add_convolution(node, *convolution);
    }
    if (const auto* linear = dynamic_cast<const LinearLayer*>(layer)) {
        return add_linear(node, *linear);
    }
    if (const auto* batchnorm = dynamic_cast<const BatchNormLayer*>(layer)) {
        return add_batchnorm(node, *batchnorm);
    }
    if (const auto* pooling = dynamic_cast<const PoolingLayer*>(layer)) {
        return add_pooling(node, *pooling);
    }
    if (layer->kind() == "relu") {
        seats_[node.out] = relu(seat(node.in[0]));
    } else if (layer->kind() == "flatten") {
        const std::size_t in = seat(node.in[0]);
        seats_[node.out] = push({.kind = Kind::flatten, .name = numbered("flatten"), .in = {in}},
                                {graph_.elements(in)});
    } else if (layer->kind() == "sum") {
        InferenceNode sum{.kind = Kind::sum, .name = numbered("sum"), .in = {}};
        for (const std::size_t value : node.in) {
            sum.in.push_back(seat(value));
        }
        const std::size_t in = sum.in[0];
        seats_[node.out] = push(std::move(sum), graph_.values[in]);
    } else {
        refuse("layer " + node.name + " (" + layer->kind() + ") has no form to be exported in");
    }
}

void Builder::add_input() {
    for (const Model::Input& input : model_.inputs) {
        if (!uses_.contains(input.value)) {
            continue;
        }
        const Tensor& tensor = model_.values[input.value];
        const std::size_t sides = tensor.shape.size();
        const bool real = tensor.element == Element::real || tensor.element == Element::f32;
        if (!graph_.values.empty() || !real || tensor.rows != Rows{} ||
            (sides != 1 && sides != 3)) {
            refuse("expected one input of images or features, found " + input.name + ", " +
                   text_of(tensor));
        }
        seats_[input.value] = 0;
        graph_.values.push_back(tensor.shape);
        graph_.input = input.name;
    }
}

InferenceGraph Builder::build() {
    if (model_.losses.size() != 1) {
        refuse("expected one loss, found " + std::to_string(model_.losses.size()));
    }
    const std::size_t output = model_.losses[0].in.at(0);
    const std::vector<bool> kept = nodes_before(model_, output);
    ++uses_[output];
    for (std::size_t i = 0; i < kept.size(); ++i) {
        for (const std::size_t value : model_.nodes[i].in) {
            uses_[value] += kept[i] ? 1 : 0;
        }
    }
    std::erase_if(uses_, [](const auto& use) { return use.second == 0; });
    add_input();
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (kept[i]) {
            add(model_.nodes[i]);
        }
    }
    graph_.name = model_.name;
    graph_.output = seat(output);
    return std::move(graph_);
}

} // namespace

InferenceGraph inference_graph(const Model& model, std::span<const float> state) {
    if (state.size() != model.layout.state) {
        throw Error("model " + model.name + ": expected a state of " +
                    std::to_string(model.layout.state) + " values, found " +
                    std::to_string(state.size()));
    }
    return Builder(model, state).build();
}

} // namespace fedmrn
