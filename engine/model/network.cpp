// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/network.hpp"

#include <algorithm>

#include "engine/model/layers.hpp"
#include "kernels/loss.hpp"

namespace fedmrn {
namespace {

/// The type of each layer's input: narrow until the first linear layer.
Real input_real(const ModelSpec& model, std::size_t i, Real real) {
    return i == 0 ? real : output_real(model.layers[i - 1], real);
}

/// For the profiler's time line.
const char* name_of(LayerKind kind, bool backward) {
    switch (kind) {
    case LayerKind::convolution:
        return backward ? "convolution backward" : "convolution";
    case LayerKind::linear:
        return backward ? "linear backward" : "linear";
    case LayerKind::batchnorm:
        return backward ? "batchnorm backward" : "batchnorm";
    case LayerKind::relu:
        return backward ? "relu backward" : "relu";
    case LayerKind::pooling:
        return backward ? "pooling backward" : "pooling";
    }
    return "layer";
}

template <class T> T* typed(Buffer<std::byte>& buffer) {
    return reinterpret_cast<T*>(buffer.data());
}

} // namespace

Network::Network(Device& device, const ModelSpec& model, std::size_t lanes, std::size_t batch,
                 Real real, bool training)
    : device_(device), model_(model), lanes_(lanes), batch_(batch), real_(real),
      labels_(device, lanes * batch) {
    const std::size_t rows = lanes * batch;
    std::size_t largest = 0;
    const auto activation = [&](std::size_t elements, Real type) {
        const std::size_t bytes = rows * elements * size_of(type);
        activations_.emplace_back(device, bytes);
        largest = std::max(largest, bytes);
    };
    activation(model.input.size(), real);
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const LayerSpec& layer = model.layers[i];
        activation(layer.out.size(), output_real(layer, input_real(model, i, real)));
        Kept kept;
        if (training && layer.kind == LayerKind::batchnorm) {
            kept.mean = Buffer<float>(device, lanes * layer.in.channels);
            kept.inverse = Buffer<float>(device, lanes * layer.in.channels);
        }
        if (training && keeps_choice(layer)) {
            kept.chosen = Buffer<std::uint8_t>(device, rows * layer.out.size());
        }
        kept_.push_back(std::move(kept));
    }
    if (!training) {
        return;
    }
    for (auto& gradient : gradients_) {
        gradient = Buffer<std::byte>(device, largest);
    }
}

const float* Network::logits() const {
    return reinterpret_cast<const float*>(activations_.back().data());
}

void Network::train(const LaneState* states, PerLane<float> weights, PerLane<float> gradient,
                    LaneMetrics* metrics) {
    for (std::size_t i = 0; i < model_.layers.size(); ++i) {
        const Range range(device_, name_of(model_.layers[i].kind, false), i);
        if (model_.layers[i].kind == LayerKind::batchnorm) {
            batchnorm_training(model_.layers[i], i, states, weights);
        } else {
            forward(model_.layers[i], i, states, weights);
        }
    }
    Buffer<std::byte>*dy = &gradients_[0], *dx = &gradients_[1];
    {
        const Range range(device_, "loss", model_.layers.size());
        kernels::cross_entropy(device_, lanes_, batch_, model_.classes, states, logits(),
                               labels_.data(), typed<float>(*dy), metrics);
    }
    for (std::size_t i = model_.layers.size(); i-- > 0; std::swap(dy, dx)) {
        const Range range(device_, name_of(model_.layers[i].kind, true), i);
        backward(model_.layers[i], i, states, weights, gradient, dy->data(), dx->data());
    }
}

void Network::evaluate(const LaneState* states, PerLane<const float> weights,
                       LaneMetrics* metrics) {
    for (std::size_t i = 0; i < model_.layers.size(); ++i) {
        const Range range(device_, name_of(model_.layers[i].kind, false), i);
        if (model_.layers[i].kind == LayerKind::batchnorm) {
            batchnorm_evaluation(model_.layers[i], i, states, weights);
        } else {
            forward(model_.layers[i], i, states, weights);
        }
    }
    kernels::cross_entropy(device_, lanes_, batch_, model_.classes, states, logits(),
                           labels_.data(), nullptr, metrics);
}

void Network::forward(const LayerSpec& layer, std::size_t i, const LaneState* states,
                      PerLane<const float> weights) {
    const void* x = activations_[i].data();
    std::byte* y = activations_[i + 1].data();
    const Real real = input_real(model_, i, real_);
    if (layer.kind == LayerKind::convolution) {
        kernels::convolution_forward(device_, convolution_shape(layer, lanes_, batch_, real),
                                     states, x, weights.at(layer.weight), y);
    } else if (layer.kind == LayerKind::linear) {
        kernels::linear_forward(device_, linear_shape(layer, lanes_, batch_, real), states, x,
                                weights.at(layer.weight),
                                layer.has_bias ? weights.at(layer.bias) : PerLane<const float>{},
                                reinterpret_cast<float*>(y));
    } else if (layer.kind == LayerKind::pooling) {
        kernels::pooling_forward(device_, pooling_shape(layer, lanes_, batch_, real), states, x,
                                 layer.has_bias ? weights.at(layer.bias) : PerLane<const float>{},
                                 y, kept_[i].chosen.data());
    } else {
        kernels::relu_forward(device_, lanes_, batch_, layer.in.size(), states,
                              static_cast<const float*>(x), reinterpret_cast<float*>(y));
    }
}

void Network::batchnorm_training(const LayerSpec& layer, std::size_t i, const LaneState* states,
                                 PerLane<float> weights) {
    Kept& kept = kept_[i];
    const std::size_t channels = layer.in.channels;
    kernels::batchnorm_forward(
        device_, batchnorm_shape(layer, lanes_, batch_, real_), states, activations_[i].data(),
        {weights.at(layer.weight), weights.at(layer.bias)}, weights.at(layer.mean),
        weights.at(layer.variance), {kept.mean.data(), channels}, {kept.inverse.data(), channels},
        activations_[i + 1].data(), kept.chosen.data());
}

void Network::batchnorm_evaluation(const LayerSpec& layer, std::size_t i, const LaneState* states,
                                   PerLane<const float> weights) {
    kernels::batchnorm_inference(
        device_, batchnorm_shape(layer, lanes_, batch_, real_), states, activations_[i].data(),
        {weights.at(layer.weight), weights.at(layer.bias)}, weights.at(layer.mean),
        weights.at(layer.variance), activations_[i + 1].data());
}

void Network::backward(const LayerSpec& layer, std::size_t i, const LaneState* states,
                       PerLane<const float> weights, PerLane<float> gradient, const std::byte* dy,
                       std::byte* dx) {
    const void* x = activations_[i].data();
    const Real real = input_real(model_, i, real_);
    const bool first = i == 0; // nobody needs the gradient of the images
    switch (layer.kind) {
    case LayerKind::convolution: {
        const auto shape = convolution_shape(layer, lanes_, batch_, real);
        kernels::convolution_backward_weights(device_, shape, states, x, dy,
                                              gradient.at(layer.weight));
        if (!first) {
            kernels::convolution_backward_data(device_, shape, states, dy, weights.at(layer.weight),
                                               dx);
        }
        break;
    }
    case LayerKind::linear: {
        const auto shape = linear_shape(layer, lanes_, batch_, real);
        const auto* out = reinterpret_cast<const float*>(dy);
        kernels::linear_backward_weights(device_, shape, states, x, out, gradient.at(layer.weight),
                                         layer.has_bias ? gradient.at(layer.bias)
                                                        : PerLane<float>{});
        if (!first) {
            kernels::linear_backward_data(device_, shape, states, out, weights.at(layer.weight),
                                          dx);
        }
        break;
    }
    case LayerKind::batchnorm: {
        const Kept& kept = kept_[i];
        const std::size_t channels = layer.in.channels;
        kernels::batchnorm_backward(device_, batchnorm_shape(layer, lanes_, batch_, real), states,
                                    x, activations_[i + 1].data(), kept.chosen.data(), dy,
                                    {weights.at(layer.weight), weights.at(layer.bias)},
                                    {kept.mean.data(), channels}, {kept.inverse.data(), channels},
                                    dx, gradient.at(layer.weight), gradient.at(layer.bias));
        break;
    }
    case LayerKind::pooling: {
        const bool biased = layer.has_bias;
        kernels::pooling_backward(device_, pooling_shape(layer, lanes_, batch_, real), states, x,
                                  biased ? weights.at(layer.bias) : PerLane<const float>{},
                                  activations_[i + 1].data(), kept_[i].chosen.data(), dy, dx,
                                  biased ? gradient.at(layer.bias) : PerLane<float>{});
        break;
    }
    case LayerKind::relu:
        kernels::relu_backward(device_, lanes_, batch_, layer.in.size(), states,
                               typed<float>(activations_[i + 1]),
                               reinterpret_cast<const float*>(dy), reinterpret_cast<float*>(dx));
        break;
    }
}

} // namespace fedmrn
