// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/deploy/integer.hpp"

#include <algorithm>

#include "kernels/device.hpp"
#include "kernels/integer.hpp"

namespace fedmrn {
namespace {

using Kind = InferenceNode::Kind;
using formula::Affine;

template <class T> DevicePointer<T> place(T* address) {
    return DevicePointer<T>::from_device(address);
}

/// A whole number in float32 as a byte, saturated.
std::uint8_t byte_of(float code) {
    return static_cast<std::uint8_t>(code < 0.0f ? 0.0f : (code > 255.0f ? 255.0f : code));
}

} // namespace

IntegerInference::IntegerInference(const InferenceGraph& graph, const Quantization& integers)
    : graph_(graph), integers_(integers), device_(open_device(DeviceKind::cpu)),
      values_(graph.values.size()) {}

IntegerInference::~IntegerInference() = default;

float IntegerInference::value(std::size_t of, std::size_t i) const {
    return formula::affine_value(static_cast<float>(values_[of][i]), *integers_.values[of]);
}

void IntegerInference::put(std::size_t to, std::size_t i, float v) {
    if (to == graph_.output) {
        output_[i] = v;
    } else {
        values_[to][i] = byte_of(formula::unbounded_code(v, *integers_.values[to]));
    }
}

void IntegerInference::layer(const InferenceNode& node, const QuantizedLayer& integers,
                             std::size_t samples) {
    const std::size_t in = node.in[0], channels = graph_.channels(node.out);
    const Affine of_input = *integers_.values[in];
    kernels::IntegerShape shape{
        .samples = samples, .in = graph_.elements(in), .out = channels, .zero = of_input.zero};
    if (node.kind == Kind::convolution) {
        const auto& sides = graph_.values[in];
        shape.height = sides[0];
        shape.width = sides[1];
        shape.in = sides[2];
        shape.kernel = node.kernel;
        shape.padding = node.padding;
    }
    sums_.resize(samples * graph_.elements(node.out));
    kernels::integer_convolution(*device_, shape,
                                 place(static_cast<const std::uint8_t*>(values_[in].data())),
                                 place(integers.codes.data()), place(sums_.data()));

    const bool is_output = node.out == graph_.output;
    const Affine of_output = is_output ? Affine{1, 0} : *integers_.values[node.out];
    std::vector<float> factors;
    for (const float scale : integers.scales) {
        const float factor = of_input.scale * scale;
        factors.push_back(is_output ? factor : factor / of_output.scale);
    }
    for (std::size_t i = 0; i < sums_.size(); ++i) {
        const std::size_t c = i % channels;
        const auto sum = static_cast<float>(sums_[i] + integers.bias[c]);
        if (is_output) {
            output_[i] = sum * factors[c];
        } else {
            values_[node.out][i] =
                byte_of(formula::to_integer(sum * factors[c]) + static_cast<float>(of_output.zero));
        }
    }
}

/// The largest byte, or the mean of x̂, row by row.
void IntegerInference::pool(const InferenceNode& node, std::size_t samples) {
    const std::size_t from = node.in[0], window = node.kernel;
    const auto &in = graph_.values[from], &out = graph_.values[node.out];
    const std::size_t channels = in[2];
    for (std::size_t i = 0; i < samples * graph_.elements(node.out); ++i) {
        const std::size_t c = i % channels, v = i / channels % out[1],
                          h = i / channels / out[1] % out[0], n = i / channels / out[1] / out[0];
        const auto at = [&](std::size_t k) {
            const std::size_t row = h * window + k / window, column = v * window + k % window;
            return ((n * in[0] + row) * in[1] + column) * channels + c;
        };
        float most = value(from, at(0)), sum = most;
        for (std::size_t k = 1; k < window * window; ++k) {
            const float one = value(from, at(k));
            most = one > most ? one : most;
            sum += one;
        }
        put(node.out, i,
            node.kind == Kind::max_pool ? most : sum / static_cast<float>(window * window));
    }
}

void IntegerInference::in_float(const InferenceNode& node, std::size_t samples) {
    const std::size_t channels = graph_.channels(node.out);
    for (std::size_t i = 0; i < samples * graph_.elements(node.out); ++i) {
        float v = value(node.in[0], i);
        if (node.kind == Kind::scale) {
            v = v * node.weight[i % channels] + node.bias[i % channels];
        } else if (node.kind == Kind::relu) {
            v = v < 0.0f ? 0.0f : v;
        }
        for (std::size_t k = 1; k < node.in.size(); ++k) { // of a sum
            v += value(node.in[k], i);
        }
        put(node.out, i, v);
    }
}

void IntegerInference::compute(std::size_t index, std::size_t samples) {
    const InferenceNode& node = graph_.nodes[index];
    (node.out == graph_.output ? output_.resize(samples * graph_.elements(node.out))
                               : values_[node.out].resize(samples * graph_.elements(node.out)));
    switch (node.kind) {
    case Kind::convolution:
    case Kind::linear:
        return layer(node, integers_.layers[index], samples);
    case Kind::max_pool:
    case Kind::average_pool:
        return pool(node, samples);
    default:
        return in_float(node, samples);
    }
}

const std::vector<float>& IntegerInference::run(std::span<const float> x) {
    values_[0].resize(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        put(0, i, x[i]);
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
        compute(i, x.size() / graph_.elements(0));
    }
    return output_;
}

} // namespace fedmrn
