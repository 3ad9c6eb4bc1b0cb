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

/// Whether a sum of g · x̂ may take x̂ from y, as (y − β)/γ: where ReLU let y pass, both are of
/// the same x. With float32's rounding e = 2⁻²⁴ and that of a stored y, u = 2⁻²⁴ (float32) or 2⁻¹¹
/// (rounded for tf32): y = x · scale + shift is off by up to
/// e · |γ| · (3|x̂| + 3|mean|/σ + 2|β/γ|), what is stored by u · |γ| · (|x̂| + |β/γ|) more, and the
/// difference and the quotient add 3e · |x̂|. With |β| ≤ 4|γ| the whole is at most
///     u · (|x̂| + 4) + e · (6|x̂| + 3|mean|/σ + 8),
/// where (x − mean)/σ has e · (3|x̂| + |mean|/σ): in float32 a few units, and for tf32 a term
/// g · x̂ loses 1 + 4/|x̂| times what the rounding of g has cost it already. Of a bf16 y, u = 2⁻⁸,
/// the sum would be no float32 any more. The bounds of |γ| keep g · (y − β) and 1/γ away from the
/// ends of the range.
FEDMRN_FORMULA bool told_by_output(float gamma, float beta) {
    const float size = gamma < 0.0f ? -gamma : gamma, offset = beta < 0.0f ? -beta : beta;
    return size >= 1e-10f && size <= 1e10f && offset <= 4.0f * size;
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
