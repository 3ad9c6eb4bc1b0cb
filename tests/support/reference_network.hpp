// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/model/layers.hpp"
#include "fedmrn/model.hpp"
#include "tests/support/reference_layers.hpp"

namespace fedmrn::test {

/// A whole model in float64. With training, BatchNorm uses the batch's moments, else the state's.
struct ReferencePass {
    Values logits;
    std::vector<ReferenceMoments> moments; ///< of each BatchNorm layer, in order
};

inline Values slice(const Values& state, std::size_t offset, std::size_t count) {
    return {state.begin() + static_cast<std::ptrdiff_t>(offset),
            state.begin() + static_cast<std::ptrdiff_t>(offset + count)};
}

inline ReferencePass reference_forward(const ModelSpec& model, const Values& state,
                                       std::size_t rows, Values x, bool training) {
    ReferencePass pass;
    for (const LayerSpec& layer : model.layers) {
        const std::size_t channels = layer.in.channels;
        switch (layer.kind) {
        case LayerKind::convolution: {
            const auto shape = convolution_shape(layer, 1, rows, Real::f32);
            x = reference_convolution(shape, rows, x, slice(state, layer.weight, shape.weights()));
            break;
        }
        case LayerKind::batchnorm: {
            const ReferenceMoments moments =
                training ? reference_moments(channels, x)
                         : ReferenceMoments{slice(state, layer.mean, channels),
                                            slice(state, layer.variance, channels)};
            x = reference_batchnorm(batchnorm_shape(layer, 1, rows, Real::f32), rows, x,
                                    slice(state, layer.weight, channels),
                                    slice(state, layer.bias, channels), moments);
            pass.moments.push_back(moments);
            break;
        }
        case LayerKind::linear: {
            const std::size_t in = layer.in.size(), out = layer.out.size();
            x = reference_linear(rows, in, out, x, slice(state, layer.weight, in * out),
                                 layer.has_bias ? slice(state, layer.bias, out) : Values{});
            break;
        }
        case LayerKind::pooling:
            x = reference_pooling(pooling_shape(layer, 1, rows, Real::f32), rows, x,
                                  layer.has_bias ? slice(state, layer.bias, channels) : Values{});
            break;
        case LayerKind::relu:
            for (double& v : x) v = std::max(v, 0.0);
            break;
        }
    }
    pass.logits = x;
    return pass;
}

/// Mean cross-entropy of the first labels.size() rows.
inline double reference_loss(const ModelSpec& model, const Values& state, const Values& x,
                             const std::vector<std::uint16_t>& labels) {
    const auto pass = reference_forward(model, state, labels.size(), x, true);
    return reference_cross_entropy(model.classes, pass.logits, labels) /
           static_cast<double>(labels.size());
}

} // namespace fedmrn::test
