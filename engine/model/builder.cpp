// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/builder.hpp"

#include <functional>
#include <numeric>
#include <utility>

#include "fedmrn/error.hpp"

namespace fedmrn {

std::size_t TensorSpec::elements() const {
    return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

ModelBuilder::ModelBuilder(std::string name, ImageShape input) : shape_(input) {
    model_.name = std::move(name);
    model_.input = input;
}

LayerSpec& ModelBuilder::layer(LayerKind kind, ImageShape out) {
    if (out.size() == 0) {
        throw Error("model " + model_.name + ": samples of " + std::to_string(model_.input.height) +
                    "x" + std::to_string(model_.input.width) +
                    " are too small for it: nothing is left before layer " +
                    std::to_string(model_.layers.size() + 1));
    }
    LayerSpec spec;
    spec.kind = kind;
    spec.in = shape_;
    spec.out = shape_ = out;
    return model_.layers.emplace_back(spec);
}

void ModelBuilder::tensor(const std::string& name, Role role, std::vector<std::size_t> shape,
                          std::size_t LayerSpec::*offset) {
    pending_.push_back({{name, role, std::move(shape), 0}, model_.layers.size() - 1, offset});
}

ModelBuilder& ModelBuilder::convolution(std::uint32_t out, std::uint32_t kernel,
                                        std::uint32_t padding) {
    const std::uint32_t in = shape_.channels;
    const auto side = [&](std::uint32_t n) {
        return n + 2 * padding < kernel ? 0 : n + 2 * padding - kernel + 1;
    };
    LayerSpec& spec = layer(LayerKind::convolution, {side(shape_.height), side(shape_.width), out});
    spec.kernel = kernel;
    spec.padding = padding;
    tensor("conv" + std::to_string(++convolutions_) + ".weight", Role::masked,
           {out, kernel, kernel, in}, &LayerSpec::weight);
    return *this;
}

ModelBuilder& ModelBuilder::batchnorm(bool relu, std::uint32_t pool) {
    const std::size_t channels = shape_.channels;
    LayerSpec& spec =
        layer(LayerKind::batchnorm, {shape_.height / pool, shape_.width / pool, shape_.channels});
    spec.relu = relu;
    spec.pool = pool;
    const std::string name = "bn" + std::to_string(++batchnorms_);
    tensor(name + ".weight", Role::dense, {channels}, &LayerSpec::weight);
    tensor(name + ".bias", Role::dense, {channels}, &LayerSpec::bias);
    tensor(name + ".running_mean", Role::statistic, {channels}, &LayerSpec::mean);
    tensor(name + ".running_var", Role::statistic, {channels}, &LayerSpec::variance);
    return *this;
}

ModelBuilder& ModelBuilder::pooling(std::uint32_t pool, bool average) {
    LayerSpec& spec =
        layer(LayerKind::pooling, {shape_.height / pool, shape_.width / pool, shape_.channels});
    spec.relu = true;
    spec.pool = pool;
    spec.average = average;
    spec.has_bias = true;
    tensor("conv" + std::to_string(convolutions_) + ".bias", Role::dense, {shape_.channels},
           &LayerSpec::bias);
    return *this;
}

ModelBuilder& ModelBuilder::linear(std::uint32_t out, bool bias) {
    const std::size_t in = shape_.size();
    LayerSpec& spec = layer(LayerKind::linear, {1, 1, out});
    spec.has_bias = bias;
    const std::string name = "linear" + std::to_string(++linears_);
    tensor(name + ".weight", Role::masked, {out, in}, &LayerSpec::weight);
    if (bias) {
        tensor(name + ".bias", Role::dense, {out}, &LayerSpec::bias);
    }
    return *this;
}

ModelBuilder& ModelBuilder::relu() {
    layer(LayerKind::relu, shape_);
    return *this;
}

ModelSpec ModelBuilder::finish(std::uint32_t classes) {
    model_.classes = classes;
    ParameterLayout& layout = model_.layout;
    for (const Role role : {Role::masked, Role::dense, Role::statistic}) {
        for (Pending& p : pending_) {
            if (p.tensor.role != role) {
                continue;
            }
            p.tensor.offset = layout.state;
            model_.layers[p.layer].*p.offset = layout.state;
            layout.state += p.tensor.elements();
            layout.tensors.push_back(p.tensor);
        }
        if (role == Role::masked) {
            layout.masked = layout.state;
        }
        if (role == Role::dense) {
            layout.trainable = layout.state;
        }
    }
    return std::move(model_);
}

} // namespace fedmrn
