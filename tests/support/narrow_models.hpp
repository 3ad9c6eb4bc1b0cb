// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tests/support/chain.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {

/// Narrow enough to differentiate by differences: together every kind of layer that the zoo has,
/// odd sizes.
inline Model narrow_cnn() {
    return Chain("narrow", {9, 7, 2})
        .convolution(4, 3, 1)
        .batchnorm(true, 1)
        .convolution(5, 3, 1)
        .batchnorm(true, 2)
        .convolution(6, 1, 0)
        .batchnorm(true, 2)
        .linear(3, false)
        .finish();
}
inline Model narrow_pooled() {
    return Chain("narrow", {11, 9, 2})
        .convolution(4, 5, 2)
        .pooling(2)
        .convolution(5, 3, 0)
        .pooling(2, true)
        .linear(6, true)
        .relu()
        .linear(3, true)
        .finish();
}
inline Model narrow_mlp() {
    return Chain("narrow", {1, 1, 7}).linear(6, true).relu().linear(4, true).finish();
}

/// A state with every parameter away from where it starts.
inline std::vector<float> random_state(const Model& model, std::uint64_t seed) {
    RandomValues random(seed);
    std::vector<float> state = random.values(model.layout.state, 0.5);
    for (const TensorSpec& tensor : model.layout.tensors) {
        const bool one = tensor.role != Role::masked && (tensor.name.ends_with(".weight") ||
                                                         tensor.name.ends_with(".running_var"));
        for (std::size_t i = 0; one && i < tensor.elements(); ++i) state[tensor.offset + i] += 1.0f;
    }
    return state;
}

} // namespace fedmrn::test
