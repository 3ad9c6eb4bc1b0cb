// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// Adam (D. Kingma and J. Ba, ICLR 2015) with the constants of the paper, which are PyTorch's too.
struct AdamRule {
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
};

/// xⁿ, by squaring.
FEDMRN_FORMULA double power(double x, std::uint32_t n) {
    double result = 1.0;
    for (; n != 0; n >>= 1) {
        result = (n & 1u) != 0 ? result * x : result;
        x *= x;
    }
    return result;
}

/// What moments are scaled by at step t = 1, 2, …, since they began at zero.
struct AdamBias {
    double first;       ///< 1 − β1ᵗ
    double root_second; ///< 1 / √(1 − β2ᵗ)
};
FEDMRN_FORMULA_INLINE AdamBias adam_bias(const AdamRule& rule, std::uint32_t t) {
    return {1.0 - power(rule.beta1, t), 1.0 / __builtin_sqrt(1.0 - power(rule.beta2, t))};
}

/// β·m + (1 − β)·x, rounded once to float: of the first moment x = g, of the second x = g².
FEDMRN_FORMULA float adam_moment(double beta, float before, double x) {
    return static_cast<float>(beta * static_cast<double>(before) + (1.0 - beta) * x);
}

/// m̂ / (√v̂ + ε), what Adam descends along.
FEDMRN_FORMULA_INLINE float adam_direction(const AdamRule& rule, const AdamBias& bias, float m,
                                           float v) {
    const double size = __builtin_sqrt(static_cast<double>(v)) * bias.root_second + rule.epsilon;
    return static_cast<float>(static_cast<double>(m) / (bias.first * size));
}

} // namespace fedmrn::formula
