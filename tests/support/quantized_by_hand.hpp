// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "fedmrn/model.hpp"
#include "kernels/formula/affine.hpp"

namespace fedmrn::test {

/// A state whose masked tensors were quantized and dequantized, and what their message has.
struct ByHand {
    std::vector<float> state;
    std::size_t groups = 0, code_words = 0;
};

/// With ranges of all values, on the host, element by element.
inline ByHand quantized_by_hand(const ParameterLayout& layout, const std::vector<float>& state,
                                const formula::AffineRule& rule, bool per_channel) {
    ByHand made{state};
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.role != Role::masked) continue;
        const std::size_t n = tensor.elements(), groups = per_channel ? tensor.shape.front() : 1;
        made.groups += groups;
        made.code_words += (n * rule.bits + 31) / 32;
        for (std::size_t g = 0; g < groups; ++g) {
            const std::size_t begin = tensor.offset + g * (n / groups), end = begin + n / groups;
            float least = 0, most = 0;
            for (std::size_t i = begin; i < end; ++i) {
                least = std::min(least, state[i]);
                most = std::max(most, state[i]);
            }
            const formula::Affine affine = formula::affine_of(
                rule, formula::joined(formula::reach_of(least), formula::reach_of(most)));
            for (std::size_t i = begin; i < end; ++i) {
                made.state[i] = formula::quantized(rule, state[i], affine);
            }
        }
    }
    return made;
}

} // namespace fedmrn::test
