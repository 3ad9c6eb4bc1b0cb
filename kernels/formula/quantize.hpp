// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/fixed_point.hpp"
#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// What scales a tensor's codes.
enum class ScaleKind : std::uint8_t {
    mean_magnitude, ///< ‖D‖₁ / d
    norm,           ///< ‖D‖₂
    clipped_largest ///< the lesser of max |D| and 2.5 σ
};

/// A scale is a whole tensor's, or one for each bucket of neighbouring elements, which is a power
/// of two and at least formula::tile long: element i has scale i / bucket.
inline constexpr std::uint64_t whole_tensor = ~std::uint64_t{0};

/// Element i has scale i >> bucket_shift(bucket).
FEDMRN_FORMULA unsigned bucket_shift(std::uint64_t bucket) {
    unsigned shift = 0; // a whole tensor's is 63, past all elements
    for (; bucket > 1; bucket >>= 1) {
        ++shift;
    }
    return shift;
}

/// Of the values of a tensor, or of a part of it. Sums are float64 in an order that the contract
/// fixes, so that their bits are.
struct Moments {
    double magnitude, square, value; ///< Σ |x|, Σ x², Σ x
    std::uint32_t largest;           ///< magnitude_bits of the largest |x|
};

/// A sum's partial sums, added up by halves: p[t] += p[t + 256], then + 128, …, + 1. Partial sum t
/// is of elements t, t + 512, t + 1024, … in that order.
inline constexpr std::uint32_t moment_rows = 512;

FEDMRN_FORMULA void add(Moments& moments, float x) {
    const double wide = static_cast<double>(x);
    moments.magnitude += wide < 0.0 ? -wide : wide;
    moments.square += wide * wide;
    moments.value += wide;
    const std::uint32_t bits = magnitude_bits(x);
    moments.largest = bits > moments.largest ? bits : moments.largest;
}

FEDMRN_FORMULA void add(Moments& moments, const Moments& other) {
    moments.magnitude += other.magnitude;
    moments.square += other.square;
    moments.value += other.value;
    moments.largest = other.largest > moments.largest ? other.largest : moments.largest;
}

/// √x, correctly rounded on every device.
FEDMRN_FORMULA_INLINE double wide_root(double x) { return __builtin_sqrt(x); }

/// The scale of a tensor of `elements` > 0 values; not finite where one of them is not.
FEDMRN_FORMULA_INLINE float scale_of(ScaleKind kind, const Moments& moments,
                                     std::uint64_t elements) {
    const double count = static_cast<double>(elements);
    if (kind == ScaleKind::mean_magnitude) {
        return static_cast<float>(moments.magnitude / count);
    }
    if (kind == ScaleKind::norm) {
        return static_cast<float>(wide_root(moments.square));
    }
    const double mean = moments.value / count, square = moments.square / count;
    const double variance = square - mean * mean;
    const double sigma = variance > 0x1p-40 * square ? wide_root(variance) : 0.0; // not rounding
    const float limit = static_cast<float>(2.5 * sigma), largest = magnitude(moments.largest);
    return limit < largest && sigma > 0.0 ? limit : largest; // equal values are not clipped to 0
}

/// A code is its sign in bit 0, set for values below zero, and a level 0 … levels above it. Without
/// levels it is the sign alone, of zero either.
FEDMRN_FORMULA unsigned code_bits(unsigned levels) {
    unsigned bits = 1;
    for (; levels != 0; levels >>= 1) {
        ++bits;
    }
    return bits;
}

/// levels · |x| / scale, clipped to levels, rounded up or down by a random word so that its mean is
/// kept to 2⁻³² of a level. Zero has no sign. per_scale: levels / scale.
FEDMRN_FORMULA std::uint32_t quantize(float x, double per_scale, unsigned levels,
                                      std::uint32_t word) {
    const double wide = static_cast<double>(x), end = static_cast<double>(levels);
    double level = (wide < 0.0 ? -wide : wide) * per_scale;
    level = level > 0.0 ? level : 0.0; // 0 / 0 as well
    level = level < end ? level : end;
    const std::uint64_t fixed = static_cast<std::uint64_t>(level * 0x1p32);
    const std::uint32_t rounded =
        static_cast<std::uint32_t>(fixed >> 32) + (word < (fixed & 0xffffffffu) ? 1u : 0u);
    return rounded << 1 | (wide < 0.0 && rounded != 0 ? 1u : 0u);
}

FEDMRN_FORMULA std::uint32_t sign_code(float x) { return x < 0.0f ? 1u : 0u; }

/// The sign, of a zero a fair coin: as + it would pull a weight that never changes upwards.
FEDMRN_FORMULA std::uint32_t sign_code(float x, std::uint32_t word) {
    return x == 0.0f ? word >> 31 : sign_code(x);
}

/// The value of a code: ± scale · level / levels, without levels ± scale. A level that no sender
/// makes counts as the highest.
FEDMRN_FORMULA float dequantize(std::uint32_t code, float scale, unsigned levels) {
    float size = scale;
    if (levels != 0) {
        const std::uint32_t level = code >> 1 < levels ? code >> 1 : levels;
        size = scale * static_cast<float>(level) / static_cast<float>(levels);
    }
    return (code & 1u) != 0 ? -size : size;
}

/// The step that a weighted mean of signs makes: step · mean, or by majority step · sign(mean).
FEDMRN_FORMULA double vote(double mean, double step, bool majority) {
    return majority ? (mean > 0.0 ? step : (mean < 0.0 ? -step : 0.0)) : step * mean;
}

} // namespace fedmrn::formula
