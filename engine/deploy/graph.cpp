// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/deploy/graph.hpp"

namespace fedmrn {

std::size_t InferenceGraph::elements(std::size_t value) const {
    std::size_t elements = 1;
    for (const std::size_t side : values[value]) {
        elements *= side;
    }
    return elements;
}

const char* text_of(InferenceNode::Kind kind) {
    switch (kind) {
    case InferenceNode::Kind::convolution:
        return "convolution";
    case InferenceNode::Kind::linear:
        return "linear";
    case InferenceNode::Kind::scale:
        return "scale";
    case InferenceNode::Kind::relu:
        return "relu";
    case InferenceNode::Kind::max_pool:
        return "max_pool";
    case InferenceNode::Kind::average_pool:
        return "average_pool";
    case InferenceNode::Kind::flatten:
        return "flatten";
    case InferenceNode::Kind::sum:
        return "sum";
    }
    return "";
}

} // namespace fedmrn
