// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "fedmrn/model.hpp"

// A model as it is put to use: what a training run has made, without what only training needs.
namespace fedmrn {

/// One operation. Images are [height, width, channels], as in the engine.
struct InferenceNode {
    enum class Kind {
        convolution,  ///< stride 1, weight [out, kernel, kernel, in], bias [out]
        linear,       ///< of all elements of a row; weight [out, in], bias [out]
        scale,        ///< x · weight[c] + bias[c], one a channel
        relu,         ///< max(x, 0)
        max_pool,     ///< what does not fill a window is left out, as in PyTorch
        average_pool, ///< the same of the mean
        flatten,      ///< a row as [elements], channels innermost
        sum,          ///< of two values or more
    };
    Kind kind = Kind::relu;
    std::string name;            ///< no other node's
    std::vector<std::size_t> in; ///< values
    std::size_t out = 0;
    std::size_t kernel = 1;  ///< of a convolution; of a pool, window and stride
    std::size_t padding = 0; ///< of a convolution: zeros on each side
    std::vector<float> weight = {}, bias = {};
};

/// Operations in the order of their computing, and the values between them. Data alone: it knows no
/// layer, no state and no device.
struct InferenceGraph {
    std::string name;                             ///< the model's
    std::string input;                            ///< the column that it reads
    std::vector<std::vector<std::size_t>> values; ///< shapes of a row; the first is the input
    std::vector<InferenceNode> nodes;
    std::size_t output = 0; ///< the value that the loss looks at

    [[nodiscard]] std::size_t elements(std::size_t value) const; ///< of a row
    [[nodiscard]] std::size_t channels(std::size_t value) const { return values[value].back(); }
    [[nodiscard]] bool is_image(std::size_t value) const { return values[value].size() == 3; }
};

/// "convolution", for messages.
const char* text_of(InferenceNode::Kind kind);

/// The graph from the model's input to what its loss looks at, with these weights [layout.state].
/// BatchNorm, which in an evaluation is x · γ/√(variance + ε) + β − mean · γ/√(variance + ε), is
/// folded into the convolution or linear layer before it where nothing else reads that; computed in
/// float64, rounded once. Elsewhere it is a scale. Throws Error, one line, for a model that has no
/// such graph: tokens, several inputs or losses, a layer of one's own.
InferenceGraph inference_graph(const Model& model, std::span<const float> state);

} // namespace fedmrn
