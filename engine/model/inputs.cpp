// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "fedmrn/error.hpp"
#include "fedmrn/layer.hpp"
#include "fedmrn/loss.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn {
namespace {

/// The smaller of two limits of which 0 is none.
std::uint32_t tighter(std::uint32_t a, std::uint32_t b) {
    return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);
}

} // namespace

const Tensor& Model::input(std::string_view wanted) const {
    for (const Input& in : inputs) {
        if (in.name == wanted) {
            return values[in.value];
        }
    }
    throw Error("model " + name + ": no input " + std::string(wanted));
}

std::uint32_t Model::below(std::size_t value) const {
    std::uint32_t limit = 0;
    const auto look = [&](const auto& user, const std::vector<std::size_t>& in) {
        std::vector<Tensor> tensors;
        for (const std::size_t k : in) {
            tensors.push_back(values[k]);
        }
        for (std::size_t k = 0; k < in.size(); ++k) {
            limit = in[k] == value ? tighter(limit, user.below(tensors, k)) : limit;
        }
    };
    for (const Node& node : nodes) {
        look(*node.layer, node.in);
        if (node.layer->is_view() && node.in.front() == value) { // the same integers
            limit = tighter(limit, below(node.out));
        }
    }
    for (const LossNode& node : losses) {
        look(*node.loss, node.in);
    }
    for (const MetricNode& node : metrics) {
        look(*node.metric, node.in);
    }
    return limit;
}

} // namespace fedmrn
