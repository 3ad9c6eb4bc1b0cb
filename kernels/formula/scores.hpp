// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/exponential.hpp"
#include "kernels/formula/key.hpp"
#include "kernels/formula/mask.hpp"

namespace fedmrn::formula {

/// The signs of the frozen weights: element i's is bit i % 32 of word (i / 32) % 4 of the block
/// with index i / 128, set below zero.
FEDMRN_FORMULA float frozen_weight(float magnitude, std::uint32_t word, std::uint32_t bit) {
    return (word >> bit & 1u) != 0 ? -magnitude : magnitude;
}

/// θ = sigmoid(score), rounded down to a multiple of 2⁻²⁴. Not a number gives 0.
FEDMRN_FORMULA std::uint32_t score_probability(float score) {
    const double theta = sigmoid(static_cast<double>(score));
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(theta * 0x1p24));
}

/// Mask m of the several that an evaluation's mean is of stands this many blocks of random words
/// from the first, past all elements.
inline constexpr std::uint64_t blocks_per_mask = std::uint64_t{1} << 40;

/// A frozen weight under the mean of `masks` > 0 masks, of which `set` have its bit.
FEDMRN_FORMULA float mean_weight(float frozen, std::uint32_t set, std::uint32_t masks) {
    return set == 0 ? 0.0f : frozen * (static_cast<float>(set) / static_cast<float>(masks));
}

/// rate · dL/ds from the gradient g of a weight w0 · m, m ~ Bernoulli(θ): that of its mean w0 · θ.
FEDMRN_FORMULA float score_gradient(float gradient, float frozen, float score, double rate) {
    const double slope = sigmoid_slope(static_cast<double>(score)) * rate;
    return static_cast<float>(static_cast<double>(gradient) * static_cast<double>(frozen) * slope);
}

/// The score that `ones` set bits of `clients` > 0 leave: logit of the mode of Beta(1 + ones,
/// 1 + clients − ones), which is ones / clients. Where all agree the mode is 0 or 1, whose score is
/// infinite and could never change again; there a tenth of a client's share is left, ε = 0.1 /
/// clients: each round one cohort in ten, 1 − (1 − ε)^clients, has a client that draws the other
/// bit, even of a score that no gradient moves.
FEDMRN_FORMULA double posterior_score(std::uint32_t ones, std::uint32_t clients) {
    const double count = static_cast<double>(clients), least = 0.1 / count;
    double theta = static_cast<double>(ones) / count;
    theta = theta > least ? theta : least;
    theta = theta < 1.0 - least ? theta : 1.0 - least;
    return logit(theta);
}

} // namespace fedmrn::formula
