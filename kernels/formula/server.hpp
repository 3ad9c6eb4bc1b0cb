// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// x + by, rounded once to float: how the global state is moved.
FEDMRN_FORMULA float moved(float x, double by) {
    return static_cast<float>(static_cast<double>(x) + by);
}

/// FedAvgM's v ← µ·v + Δ; the state moves by lr·v.
FEDMRN_FORMULA double server_velocity(double momentum, double velocity, double mean) {
    return momentum * velocity + mean;
}

/// The server's adaptive optimisers: S. Reddi et al., Adaptive Federated Optimization, ICLR 2021,
/// algorithm 2. The mean update is their pseudo-gradient's negative.
struct AdaptiveRule {
    double lr = 0, beta1 = 0, beta2 = 0, tau = 0;
    bool yogi = false;
};

/// m ← β1·m + (1 − β1)·Δ
FEDMRN_FORMULA double first_moment(const AdaptiveRule& rule, double m, double mean) {
    return rule.beta1 * m + (1.0 - rule.beta1) * mean;
}

/// Adam: v ← β2·v + (1 − β2)·Δ²; Yogi: v ← v − (1 − β2)·Δ²·sign(v − Δ²).
FEDMRN_FORMULA double second_moment(const AdaptiveRule& rule, double v, double mean) {
    const double square = mean * mean, part = (1.0 - rule.beta2) * square;
    if (!rule.yogi) {
        return rule.beta2 * v + part;
    }
    return v > square ? v - part : v < square ? v + part : v;
}

/// lr·m / (√v + τ)
FEDMRN_FORMULA_INLINE double adaptive_step(const AdaptiveRule& rule, double m, double v) {
    return rule.lr * m / (__builtin_sqrt(v) + rule.tau);
}

} // namespace fedmrn::formula
