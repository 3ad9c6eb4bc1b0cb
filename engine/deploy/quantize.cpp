// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/deploy/quantize.hpp"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "engine/deploy/infer.hpp"
#include "fedmrn/error.hpp"
#include "kernels/affine.hpp"
#include "kernels/device.hpp"

namespace fedmrn {
namespace {

using Kind = InferenceNode::Kind;
using formula::Affine;
using formula::AffineRule;

constexpr std::size_t batch = 32; ///< calibration samples at once

/// Bytes times codes that a sum may have beside a bias of 2³⁰: 255 · 127 · 33,000 + 2³⁰ < 2³¹.
constexpr std::size_t most_products = 33'000;
constexpr float largest_bias = 0x1p30f;

constexpr AffineRule weight_rule{.bits = 8, .symmetric = true};

/// A scale for each of `groups` neighbouring groups. Of a group of zeros: 1.
std::vector<Affine> scales_of(Device& device, const AffineRule& rule, std::size_t groups,
                              std::span<const float> values) {
    LaneState lane;
    lane.samples = 1;
    std::vector<Affine> scales(groups);
    const auto at = [](auto* address) {
        return DevicePointer<std::remove_pointer_t<decltype(address)>>::from_device(address);
    };
    kernels::affine_scales(device, at(&rule), 1, at(static_cast<const LaneState*>(&lane)), groups,
                           values.size() / groups, {at(values.data())}, {at(scales.data())});
    for (Affine& scale : scales) {
        scale.scale = scale.scale == 0.0f ? 1.0f : scale.scale;
    }
    return scales;
}

bool keeps_scale(Kind kind) {
    return kind == Kind::max_pool || kind == Kind::average_pool || kind == Kind::flatten;
}

class Quantizer {
public:
    Quantizer(const InferenceGraph& graph, const CalibrationOptions& options)
        : graph_(graph), rule_(value_rule(options)), device_(open_device(DeviceKind::cpu)),
          makers_(graph.values.size()) {
        for (const InferenceNode& node : graph.nodes) {
            makers_[node.out] = &node;
        }
    }
    Quantization quantize(std::span<const float> x);

private:
    void find_rectified();
    void calibrate(std::span<const float> x);
    void quantize_layer(const InferenceNode& node, QuantizedLayer& layer);
    /// Whether a value has a scale of its own samples.
    [[nodiscard]] bool has_own(std::size_t value) const {
        return value != graph_.output && !made_.rectified[value] &&
               (makers_[value] == nullptr || !keeps_scale(makers_[value]->kind));
    }

    const InferenceGraph& graph_;
    AffineRule rule_;
    std::unique_ptr<Device> device_;
    std::vector<const InferenceNode*> makers_; ///< of each value; null: the input
    Quantization made_;
};

void Quantizer::find_rectified() {
    std::vector<std::size_t> uses(graph_.values.size()), relus(graph_.values.size());
    ++uses[graph_.output];
    for (const InferenceNode& node : graph_.nodes) {
        for (const std::size_t in : node.in) {
            ++uses[in];
            relus[in] += node.kind == Kind::relu ? 1 : 0;
        }
    }
    made_.rectified.resize(uses.size());
    for (const InferenceNode& node : graph_.nodes) {
        const std::size_t in = node.in[0];
        // What a pool makes has the scale of what it read, which a ReLU must not change.
        made_.rectified[in] = node.out != graph_.output && uses[in] == 1 && relus[in] == 1 &&
                              (makers_[in] == nullptr || !keeps_scale(makers_[in]->kind));
    }
}

void Quantizer::calibrate(std::span<const float> x) {
    FloatInference inference(graph_);
    std::vector<std::vector<float>> seen(graph_.values.size());
    const std::size_t size = graph_.elements(0) * batch;
    for (std::size_t first = 0; first < x.size(); first += size) {
        const auto& values = inference.run(x.subspan(first, std::min(size, x.size() - first)));
        for (std::size_t v = 0; v < seen.size(); ++v) {
            if (has_own(v)) {
                seen[v].insert(seen[v].end(), values[v].begin(), values[v].end());
            }
        }
    }
    made_.values.resize(seen.size());
    for (std::size_t v = 0; v < seen.size(); ++v) {
        if (!has_own(v)) {
            continue;
        }
        const Affine scale = scales_of(*device_, rule_, 1, seen[v]).front();
        if (!std::isfinite(scale.scale)) {
            throw Error("model " + graph_.name + ": a value of " +
                            (makers_[v] != nullptr ? makers_[v]->name : "the input") +
                            " is not finite, and has no integer",
                        Fault::run);
        }
        made_.values[v] = scale;
        seen[v] = {};
    }
    for (const InferenceNode& node : graph_.nodes) { // in order: what is read has its scale
        if (keeps_scale(node.kind) && node.out != graph_.output) {
            made_.values[node.out] = made_.values[node.in[0]];
        }
    }
    for (const InferenceNode& node : std::views::reverse(graph_.nodes)) {
        if (made_.rectified[node.in[0]]) {
            made_.values[node.in[0]] = made_.values[node.out];
        }
    }
}

void Quantizer::quantize_layer(const InferenceNode& node, QuantizedLayer& layer) {
    const std::size_t channels = node.bias.size(), size = node.weight.size() / channels;
    if (size > most_products) {
        throw Error("model " + graph_.name + ": layer " + node.name + " adds up " +
                    std::to_string(size) + " products, of which integers of 32 bits hold " +
                    std::to_string(most_products));
    }
    const float of_input = made_.values[node.in[0]]->scale;
    std::vector<Affine> scales = scales_of(*device_, weight_rule, channels, node.weight);
    for (std::size_t c = 0; c < channels; ++c) {
        Affine& scale = scales[c];
        // Weights that are nothing beside their bias take a scale in which that is an integer.
        scale.scale = std::max(scale.scale, std::abs(node.bias[c]) / largest_bias / of_input);
        if (!std::isfinite(scale.scale)) {
            throw Error("model " + graph_.name + ": a weight of " + node.name +
                            " is not finite, and has no integer",
                        Fault::run);
        }
        for (std::size_t i = c * size; i < (c + 1) * size; ++i) {
            layer.codes.push_back(static_cast<std::int8_t>(formula::bounded_code(
                weight_rule, formula::unbounded_code(node.weight[i], scale))));
        }
        layer.scales.push_back(scale.scale);
        const float bias = std::nearbyint(node.bias[c] / (of_input * scale.scale));
        layer.bias.push_back(
            static_cast<std::int32_t>(std::clamp(bias, -largest_bias, largest_bias)));
    }
}

Quantization Quantizer::quantize(std::span<const float> x) {
    find_rectified();
    calibrate(x);
    made_.layers.resize(graph_.nodes.size());
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
        const Kind kind = graph_.nodes[i].kind;
        if (kind == Kind::convolution || kind == Kind::linear) {
            quantize_layer(graph_.nodes[i], made_.layers[i]);
        }
    }
    return std::move(made_);
}

} // namespace

AffineRule value_rule(const CalibrationOptions& options) {
    return {.percentile = options.percentile,
            .bits = 8,
            .calibration = options.range,
            .symmetric = false};
}

Quantization quantize(const InferenceGraph& graph, std::span<const float> x,
                      const CalibrationOptions& options) {
    return Quantizer(graph, options).quantize(x);
}

} // namespace fedmrn
