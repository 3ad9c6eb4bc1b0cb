// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/exponential.hpp"
#include "kernels/formula/mask.hpp"

// FedBAT (Li et al., ICML 2024): an update of ±α, learned. Its sums are float64 in a fixed order.
namespace fedmrn::formula {

/// The limits of α, and the rate ρ of its exponent.
inline constexpr double least_scale = 5e-4, largest_scale = 5e-2, scale_rate = 6.0;

/// Σ over a tensor: its chunks of 2048 elements, each as 256 partial sums. Partial sum t of a chunk
/// is of its elements i with i / 128 % 8 = t / 32 and i % 32 = t % 32, in their order. These are
/// added by halves: p[t] += p[t + 128], then + 64, …, + 1. The chunks' sums are added alike:
/// partial sum t of chunks t, t + 256, t + 512, …, and then by halves.
inline constexpr std::uint32_t binary_chunk = 2048, binary_sums = 256;

/// Steps that train the update as it is; the others binarize it. All of one step.
FEDMRN_FORMULA std::uint32_t dense_steps(std::uint32_t steps) { return steps / 2; }

/// Within the limits; not a number is at the lower one.
FEDMRN_FORMULA double held_scale(double scale) {
    const double least = scale > least_scale ? scale : least_scale;
    return least < largest_scale ? least : largest_scale;
}

/// α of a tensor, and what it comes from.
struct BinaryScale {
    float start; ///< α0, the mean magnitude of the update when binarization began
    float alpha; ///< clamp(clamp(α0) · e^(ρ a)), both to 5e-4 … 5e-2
    int held;    ///< −1, 1: at the lower or upper limit, beyond which a does not go
};

FEDMRN_FORMULA BinaryScale binary_scale(float start, float a) {
    const double raw =
        held_scale(static_cast<double>(start)) * exponential(scale_rate * static_cast<double>(a));
    const int held = raw < least_scale ? -1 : (raw > largest_scale ? 1 : 0);
    return {start, static_cast<float>(held_scale(raw)), held};
}

/// x = clamp(⌊(u/α + 1)/2 + r⌋, 0, 1): set with probability clip((u/α + 1)/2, 0, 1).
FEDMRN_FORMULA bool binary_bit(float update, float alpha, std::uint32_t word) {
    return mask_bit(keep_probability<MaskShape::plusminus>(update, alpha), word, true);
}

/// û = (2x − 1) α.
FEDMRN_FORMULA float binary_value(bool bit, float alpha) { return bit ? alpha : -alpha; }

/// dL/du of dL/dû: passed through where |u| ≤ α.
FEDMRN_FORMULA float binary_gradient(float gradient, float update, float alpha) {
    return update <= alpha && update >= -alpha ? gradient : 0.0f;
}

/// An element's part of dL/dα: dL/dû times +1 above α, −1 below −α, else (2x − 1) − u/α.
FEDMRN_FORMULA double scale_gradient(float gradient, float update, float alpha, bool bit) {
    const double sign = bit ? 1.0 : -1.0;
    const double ratio = static_cast<double>(update) / static_cast<double>(alpha);
    const double slope = ratio > 1.0 ? 1.0 : (ratio < -1.0 ? -1.0 : sign - ratio);
    return static_cast<double>(gradient) * slope;
}

/// dL/da of dL/dα; 0 where it would take α further beyond the limit that holds it. (The authors'
/// clamp has no gradient either way, so that an α0 below the limit keeps α there for good.)
FEDMRN_FORMULA float exponent_gradient(double scale_gradient, const BinaryScale& scale) {
    const double slope = static_cast<double>(scale.alpha) * scale_rate;
    const bool outwards = scale.held < 0 ? scale_gradient > 0.0 : scale_gradient < 0.0;
    return scale.held != 0 && outwards ? 0.0f : static_cast<float>(scale_gradient * slope);
}

} // namespace fedmrn::formula
