// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/model/layers/batchnorm.hpp"
#include "engine/model/layers/convolution.hpp"
#include "engine/model/layers/linear.hpp"
#include "engine/model/layers/pooling.hpp"
#include "engine/model/plan.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/model.hpp"
#include "tests/support/classes.hpp"
#include "tests/support/reference_layers.hpp"

namespace fedmrn::test {

/// A whole model in float64. With training, BatchNorm uses the batch's moments, else the state's.
struct ReferencePass {
    std::vector<Values> values;            ///< of the model's, one of each
    Values logits;                         ///< what the first loss looks at
    std::vector<ReferenceMoments> moments; ///< of each BatchNorm layer, in order
};

inline Values slice(const Values& state, std::size_t offset, std::size_t count) {
    return {state.begin() + static_cast<std::ptrdiff_t>(offset),
            state.begin() + static_cast<std::ptrdiff_t>(offset + count)};
}

/// A layer's tensors, as it lists them.
inline std::vector<Values> parameters_of(const Model& model, const Model::Node& node,
                                         const Values& state) {
    std::vector<Values> parameters;
    for (const std::size_t i : node.parameters) {
        const TensorSpec& tensor = model.layout.tensors[i];
        parameters.push_back(slice(state, tensor.offset, tensor.elements()));
    }
    return parameters;
}

/// A built-in layer that makes `out` of `in`; rows: of its input.
inline Values reference_layer(const Layer& layer, const Tensor& in, const Tensor& out,
                              std::size_t rows, const std::vector<const Values*>& x,
                              const std::vector<Values>& w, bool training,
                              std::vector<ReferenceMoments>& moments) {
    if (const auto* convolution = dynamic_cast<const Convolution*>(&layer)) {
        return reference_convolution(convolution->shape(in, 1, rows), rows, *x[0], w[0]);
    }
    if (const auto* batchnorm = dynamic_cast<const BatchNormLayer*>(&layer)) {
        const auto shape = batchnorm->shape(in, 1, rows);
        moments.push_back(training ? reference_moments(shape.channels, *x[0])
                                   : ReferenceMoments{w[2], w[3]});
        return reference_batchnorm(shape, rows, *x[0], w[0], w[1], moments.back());
    }
    if (const auto* linear = dynamic_cast<const LinearLayer*>(&layer)) {
        const auto shape = linear->shape(in, 1, rows);
        return reference_linear(rows, shape.in, shape.out, *x[0], w[0],
                                linear->has_bias() ? w[1] : Values{});
    }
    if (const auto* pooling = dynamic_cast<const PoolingLayer*>(&layer)) {
        return reference_pooling(pooling->shape(in, 1, rows), rows, *x[0],
                                 pooling->has_bias() ? w[0] : Values{});
    }
    Values y = *x[0];
    if (layer.kind() == "embedding") {
        y.clear();
        const std::size_t dim = out.shape.back();
        for (const double token : *x[0])
            for (std::size_t d = 0; d < dim; ++d)
                y.push_back(w[0][static_cast<std::size_t>(token) * dim + d]);
    } else if (layer.kind() == "relu") {
        for (double& v : y) v = std::max(v, 0.0);
    } else if (layer.kind() == "sum") {
        for (std::size_t k = 1; k < x.size(); ++k)
            for (std::size_t i = 0; i < y.size(); ++i) y[i] += (*x[k])[i];
    } else if (!layer.is_view()) {
        throw Error("no reference of layer " + layer.kind());
    }
    return y;
}

/// x: what the first input holds, of so many samples.
inline ReferencePass reference_forward(const Model& model, const Values& state, std::size_t samples,
                                       const Values& x, bool training) {
    ReferencePass pass;
    pass.values.resize(model.values.size());
    pass.values[model.inputs.at(0).value] = x;
    for (const Model::Node& node : model.nodes) {
        std::vector<const Values*> in;
        for (const std::size_t value : node.in) in.push_back(&pass.values[value]);
        const Tensor &read = model.values[node.in[0]], &made = model.values[node.out];
        pass.values[node.out] =
            reference_layer(*node.layer, read, made, samples * read.rows.each, in,
                            parameters_of(model, node, state), training, pass.moments);
    }
    pass.logits = pass.values[model.losses.at(0).in[0]];
    return pass;
}

/// Mean cross-entropy of the first labels.size() rows.
inline double reference_loss(const Model& model, const Values& state, const Values& x,
                             const std::vector<std::uint16_t>& labels) {
    const auto pass = reference_forward(model, state, labels.size(), x, true);
    return reference_cross_entropy(classes_of(model), pass.logits, labels) /
           static_cast<double>(labels.size());
}

} // namespace fedmrn::test
