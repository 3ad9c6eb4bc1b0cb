// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "fedmrn/model.hpp"

// What pruning leaves, by sorting.
namespace fedmrn::test {

/// Whether each of these weights is pruned where the k largest magnitudes are kept, of equal ones
/// the first.
inline std::vector<bool> pruned_by_hand(std::span<const float> weights, std::size_t k) {
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return std::abs(weights[a]) > std::abs(weights[b]);
    });
    std::vector<bool> pruned(weights.size(), false);
    for (std::size_t i = k; i < order.size(); ++i) pruned[order[i]] = true;
    return pruned;
}

/// Of all masked weights, where each tensor keeps kept(tensor) of its own.
template <class Kept>
std::vector<bool> pruned_by_layer(const ParameterLayout& layout, std::span<const float> state,
                                  const Kept& kept) {
    std::vector<bool> all(layout.masked);
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.role != Role::masked) continue;
        const auto own =
            pruned_by_hand(state.subspan(tensor.offset, tensor.elements()), kept(tensor));
        std::copy(own.begin(), own.end(), all.begin() + static_cast<std::ptrdiff_t>(tensor.offset));
    }
    return all;
}

/// Calls body(first, count) for each group of four weights of a row of each masked tensor, in the
/// state.
template <class Body> void for_groups(const ParameterLayout& layout, const Body& body) {
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.role != Role::masked) continue;
        const std::size_t size = tensor.elements() / tensor.shape.at(0);
        for (std::size_t row = 0; row < tensor.shape.at(0); ++row) {
            for (std::size_t i = 0; i < size; i += 4) {
                body(tensor.offset + row * size + i, std::min<std::size_t>(4, size - i));
            }
        }
    }
}

/// Of all masked weights, where two of four are kept.
inline std::vector<bool> pruned_by_fours(const ParameterLayout& layout,
                                         std::span<const float> state) {
    std::vector<bool> all(layout.masked);
    for_groups(layout, [&](std::size_t first, std::size_t count) {
        const auto own =
            pruned_by_hand(state.subspan(first, count), std::min<std::size_t>(count, 2));
        std::copy(own.begin(), own.end(), all.begin() + static_cast<std::ptrdiff_t>(first));
    });
    return all;
}

} // namespace fedmrn::test
