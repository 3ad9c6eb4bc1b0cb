// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/qualifiers.hpp"

// BatchNorm of one channel, from sums over its values. The sums themselves each device adds in an
// order of its own.
namespace fedmrn::formula {

inline constexpr float batchnorm_epsilon = 1e-5f;
inline constexpr float batchnorm_momentum = 0.1f;

struct BatchMoments {
    double mean, variance; ///< biased
};

/// Of `count` values v, from Σ (v − origin) and Σ (v − origin)²: with one of the values for origin
/// a mean that is far from zero costs no digits.
FEDMRN_FORMULA BatchMoments batch_moments(float origin, double sum, double squares, double count) {
    const double d = sum / count, variance = squares / count - d * d;
    return {static_cast<double>(origin) + d, variance > 0.0 ? variance : 0.0};
}

/// 1/√(variance + ε)
FEDMRN_FORMULA_INLINE double inverse_deviation(double variance) {
    return 1.0 / __builtin_sqrt(variance + static_cast<double>(batchnorm_epsilon));
}

/// running ← 0.9 · running + 0.1 · batch
FEDMRN_FORMULA float running_statistic(float running, double batch) {
    constexpr double keep = 1.0 - static_cast<double>(batchnorm_momentum);
    return static_cast<float>(keep * static_cast<double>(running) + (1.0 - keep) * batch);
}

/// The variance that the running one learns from; of a single value the biased one, 0.
FEDMRN_FORMULA double unbiased(double variance, double count) {
    return variance * count / (count > 1.0 ? count - 1.0 : 1.0);
}

/// y = x · scale + shift.
struct Affine {
    float scale, shift;
};
FEDMRN_FORMULA float normalised(float x, float scale, float shift) { return x * scale + shift; }

/// γ · (x − mean) · inverse + β, inverse = inverse_deviation(variance).
FEDMRN_FORMULA Affine by_batch(float gamma, float beta, double mean, double inverse) {
    const double g = static_cast<double>(gamma);
    return {static_cast<float>(g * inverse),
            static_cast<float>(static_cast<double>(beta) - mean * g * inverse)};
}

/// The same from the running statistics, in float32.
FEDMRN_FORMULA_INLINE Affine by_running(float gamma, float beta, float mean, float variance) {
    const float scale = gamma / __builtin_sqrtf(variance + batchnorm_epsilon);
    return {scale, beta - mean * scale};
}

/// dx = γ/σ · (g − dβ/m − x̂ · dγ/m) of m values: scale · g − constant − slope · (x − mean).
struct Spread {
    float scale, constant, slope;
};
FEDMRN_FORMULA Spread spread(float gamma, float inverse, double dbeta, double dgamma, double m) {
    const double inv = static_cast<double>(inverse), scale = static_cast<double>(gamma) * inv;
    return {static_cast<float>(scale), static_cast<float>(scale * dbeta / m),
            static_cast<float>(scale * inv * dgamma / m)};
}
FEDMRN_FORMULA float spread_to(float centred, float g, float scale, float constant, float slope) {
    return scale * g - constant - slope * centred;
}

} // namespace fedmrn::formula
