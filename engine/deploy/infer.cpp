// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/deploy/infer.hpp"

#include <algorithm>
#include <functional>

#include "kernels/convolution.hpp"
#include "kernels/device.hpp"
#include "kernels/formula/activation.hpp"
#include "kernels/linear.hpp"
#include "kernels/pooling.hpp"

namespace fedmrn {
namespace {

using Kind = InferenceNode::Kind;

/// Of memory that the CPU device and the host share.
template <class T> DevicePointer<T> place(T* address) {
    return DevicePointer<T>::from_device(address);
}

} // namespace

FloatInference::FloatInference(const InferenceGraph& graph)
    : graph_(graph), device_(open_device(DeviceKind::cpu)), values_(graph.values.size()) {}

FloatInference::~FloatInference() = default;

void FloatInference::compute(const InferenceNode& node, std::size_t samples) {
    const std::size_t in = node.in[0];
    const std::vector<float>& x = values_[in];
    std::vector<float>& y = values_[node.out];
    y.resize(samples * graph_.elements(node.out));
    LaneState lane;
    lane.samples = static_cast<std::uint32_t>(samples);
    const auto rows = place<const LaneState>(&lane);
    const std::size_t channels = graph_.channels(node.out);
    const auto& sides = graph_.values[in];
    switch (node.kind) {
    case Kind::convolution:
        kernels::convolution_forward(*device_,
                                     {.batch = samples,
                                      .height = sides[0],
                                      .width = sides[1],
                                      .in = sides[2],
                                      .out = channels,
                                      .kernel = node.kernel,
                                      .padding = node.padding},
                                     rows, place<const void>(x.data()),
                                     {place<const float>(node.weight.data())},
                                     place<void>(y.data()));
        for (std::size_t i = 0; i < y.size(); ++i) {
            y[i] += node.bias[i % channels];
        }
        break;
    case Kind::linear:
        kernels::linear_forward(
            *device_, {.batch = samples, .in = graph_.elements(in), .out = channels}, rows,
            place<const void>(x.data()), {place<const float>(node.weight.data())},
            {place<const float>(node.bias.data())}, place<float>(y.data()));
        break;
    case Kind::max_pool:
    case Kind::average_pool:
        kernels::pooling_forward(
            *device_,
            {.batch = samples,
             .height = sides[0],
             .width = sides[1],
             .channels = sides[2],
             .pool = node.kind == Kind::max_pool ? kernels::Pool::max : kernels::Pool::average,
             .window = node.kernel,
             .stride = node.kernel},
            rows, place<const void>(x.data()), {}, place<void>(y.data()), nullptr);
        break;
    case Kind::scale:
        for (std::size_t i = 0; i < y.size(); ++i) {
            y[i] = x[i] * node.weight[i % channels] + node.bias[i % channels];
        }
        break;
    case Kind::relu:
        std::ranges::transform(x, y.begin(), [](float v) { return formula::rectified(v); });
        break;
    case Kind::flatten:
        y = x;
        break;
    case Kind::sum:
        y = x;
        for (std::size_t k = 1; k < node.in.size(); ++k) {
            std::ranges::transform(y, values_[node.in[k]], y.begin(), std::plus<>());
        }
        break;
    }
}

const std::vector<std::vector<float>>& FloatInference::run(std::span<const float> x) {
    values_[0].assign(x.begin(), x.end());
    for (const InferenceNode& node : graph_.nodes) {
        compute(node, x.size() / graph_.elements(0));
    }
    return values_;
}

double share_right(std::span<const float> logits, std::span<const std::uint16_t> labels) {
    const std::size_t classes = logits.size() / labels.size();
    std::size_t right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto row = logits.subspan(i * classes, classes);
        right += std::ranges::max_element(row) - row.begin() == labels[i] ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(labels.size());
}

} // namespace fedmrn
