// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/fixed_point.hpp"
#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// What of a group's values lies in the range of its codes; the others saturate.
enum class Calibration : std::uint32_t {
    minmax,     ///< all
    percentile, ///< those whose magnitude is at most a percentile of the magnitudes
    mse         ///< those up to the one of clip_candidates that makes the least Σ (x − x̂)²
};

/// How a group of values becomes integers q: x̂ = scale · (q − zero). Where symmetric, zero is 0
/// and q in −(2^(bits−1) − 1) … 2^(bits−1) − 1; else q in 0 … 2^bits − 1, where zero stands for 0.
struct AffineRule {
    double percentile = 99.9; ///< in (0, 100]
    std::uint32_t bits = 8;   ///< 2 … 8
    Calibration calibration = Calibration::minmax;
    bool symmetric = true;
};

/// A group's scale and zero point.
struct Affine {
    float scale;
    std::int32_t zero;
};

/// How far a group's values reach on either side of 0, as magnitude_bits; a maximum has no order.
struct Reach {
    std::uint32_t below, above;
};

FEDMRN_FORMULA std::uint32_t larger(std::uint32_t a, std::uint32_t b) { return a > b ? a : b; }

FEDMRN_FORMULA Reach reach_of(float x) {
    const std::uint32_t bits = magnitude_bits(x);
    const bool negative = __builtin_bit_cast(std::uint32_t, x) >> 31 != 0;
    return {negative ? bits : 0u, negative ? 0u : bits};
}
FEDMRN_FORMULA Reach joined(Reach a, Reach b) {
    return {larger(a.below, b.below), larger(a.above, b.above)};
}
/// Magnitudes past `most` do not count.
FEDMRN_FORMULA Reach clipped(Reach reach, std::uint32_t most) {
    return {reach.below < most ? reach.below : most, reach.above < most ? reach.above : most};
}
/// Whether there is anything to clip: a value that is not finite is not hidden by clipping it.
FEDMRN_FORMULA bool can_be_clipped(Reach reach) {
    const std::uint32_t most = larger(reach.below, reach.above);
    return most != 0 && most < 0x7f800000u;
}

FEDMRN_FORMULA float least_code(const AffineRule& rule) {
    return rule.symmetric ? static_cast<float>(1 - (1 << (rule.bits - 1))) : 0.0f;
}
FEDMRN_FORMULA float largest_code(const AffineRule& rule) {
    return static_cast<float>((1 << (rule.symmetric ? rule.bits - 1 : rule.bits)) - 1);
}

/// To the nearest integer, ties to even, of |v| ≤ 2²²; what is larger stays larger.
FEDMRN_FORMULA float to_integer(float v) { return (v + 0x1.8p23f) - 0x1.8p23f; }

/// The scale that spreads the codes over the range, 0 where all values are too small for one, and
/// not finite where one of them is not.
FEDMRN_FORMULA Affine affine_of(const AffineRule& rule, Reach reach) {
    const double below = static_cast<double>(magnitude(reach.below)),
                 above = static_cast<double>(magnitude(reach.above));
    const float codes = largest_code(rule);
    const double range = !rule.symmetric ? below + above : (below > above ? below : above);
    const float scale = static_cast<float>(range / static_cast<double>(codes));
    if (rule.symmetric || !(scale > 0.0f)) {
        return {scale, 0};
    }
    const float zero = to_integer(magnitude(reach.below) / scale);
    return {scale, static_cast<std::int32_t>(zero > 0.0f ? (zero < codes ? zero : codes) : 0.0f)};
}

/// The code of x before it saturates, an integer or not a number.
FEDMRN_FORMULA float unbounded_code(float x, Affine affine) {
    const float steps = affine.scale > 0.0f ? x / affine.scale : affine.scale;
    return to_integer(steps) + static_cast<float>(affine.zero);
}

/// In the range of codes; not a number stays one.
FEDMRN_FORMULA float bounded_code(const AffineRule& rule, float code) {
    const float least = least_code(rule), most = largest_code(rule);
    return code < least ? least : (code > most ? most : code);
}

/// Whether x lies outside of the range, so that its code saturates.
FEDMRN_FORMULA bool saturates(const AffineRule& rule, float x, Affine affine) {
    const float code = unbounded_code(x, affine);
    return code < least_code(rule) || code > largest_code(rule);
}

/// x̂ of a code, at most the largest float.
FEDMRN_FORMULA float affine_value(float code, Affine affine) {
    constexpr float most = 0x1.fffffep127f;
    const float value = affine.scale * (code - static_cast<float>(affine.zero));
    return value < -most ? -most : (value > most ? most : value);
}

/// x̂ of x: |x − x̂| ≤ scale / 2 + 2⁻²² |x| + 2^(bits − 150) where x is in the range.
FEDMRN_FORMULA float quantized(const AffineRule& rule, float x, Affine affine) {
    return affine_value(bounded_code(rule, unbounded_code(x, affine)), affine);
}

/// The bits of a code: two's complement where symmetric.
FEDMRN_FORMULA std::uint32_t code_bits_of(const AffineRule& rule, float x, Affine affine) {
    const float code = bounded_code(rule, unbounded_code(x, affine));
    const std::int32_t whole = code == code ? static_cast<std::int32_t>(code) : 0;
    return static_cast<std::uint32_t>(whole) & ((1u << rule.bits) - 1u);
}
FEDMRN_FORMULA float code_of_bits(const AffineRule& rule, std::uint32_t bits) {
    const std::uint32_t sign = rule.symmetric ? 1u << (rule.bits - 1) : 0u;
    return static_cast<float>(static_cast<std::int32_t>(bits ^ sign) -
                              static_cast<std::int32_t>(sign));
}

/// Codes stand one after another from the lowest bit of a word on, over the ends of words: at 8
/// bits a byte each, at 4 two in a byte.
FEDMRN_FORMULA std::uint64_t code_words(std::uint64_t codes, std::uint32_t bits) {
    return (codes * bits + 31) / 32;
}
/// Word `word` of a packed vector; code(i): the bits of element i.
template <class Code>
FEDMRN_FORMULA std::uint32_t packed_codes(std::uint64_t word, std::uint64_t elements,
                                          std::uint32_t bits, const Code& code) {
    const std::uint64_t begin = word * 32, end = begin + 32;
    std::uint32_t packed = 0;
    for (std::uint64_t i = begin / bits; i < elements && i * bits < end; ++i) {
        const std::uint64_t at = i * bits;
        packed |= at >= begin ? code(i) << (at - begin) : code(i) >> (begin - at);
    }
    return packed;
}
/// The bits of element i of a packed vector.
FEDMRN_FORMULA std::uint32_t packed_code(const std::uint32_t* words, std::uint64_t i,
                                         std::uint32_t bits) {
    const std::uint64_t at = i * bits;
    const std::uint32_t shift = static_cast<std::uint32_t>(at % 32);
    std::uint32_t code = words[at / 32] >> shift;
    if (shift + bits > 32) {
        code |= words[at / 32 + 1] << (32 - shift);
    }
    return code & ((1u << bits) - 1u);
}

/// Which place in the order of magnitudes a percentile is, 1 … elements.
FEDMRN_FORMULA std::uint64_t rank_of(double percentile, std::uint64_t elements) {
    const double exact = percentile / 100.0 * static_cast<double>(elements);
    std::uint64_t rank = static_cast<std::uint64_t>(exact);
    rank += static_cast<double>(rank) < exact ? 1 : 0;
    return rank < 1 ? 1 : (rank < elements ? rank : elements);
}

/// Ranges that calibration by error looks at: the largest magnitude · 32/32, 31/32, … 8/32; of
/// equal ones the widest is taken.
inline constexpr std::uint32_t clip_candidates = 25;
FEDMRN_FORMULA Reach clip_candidate(Reach reach, std::uint32_t candidate) {
    const float largest = magnitude(larger(reach.below, reach.above));
    const float most = largest * (static_cast<float>(32 - candidate) / 32.0f);
    return clipped(reach, magnitude_bits(most));
}
/// (x − x̂)² over the square of the largest magnitude, in units of 2⁻³⁰: integers, whose sum has no
/// order.
FEDMRN_FORMULA std::uint32_t error_units(float x, float rounded, float largest) {
    const float apart = (x - rounded) / largest;
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(apart * apart * 0x1p30f));
}

static_assert(to_integer(0.5f) == 0.0f && to_integer(1.5f) == 2.0f && to_integer(-2.5f) == -2.0f);
static_assert(to_integer(126.5f) == 126.0f && to_integer(1e30f) > 255.0f);
static_assert(least_code({.bits = 8}) == -127.0f && largest_code({.bits = 8}) == 127.0f);
static_assert(largest_code({.bits = 4, .symmetric = false}) == 15.0f);
static_assert(code_of_bits({.bits = 4}, 0x9) == -7.0f);

} // namespace fedmrn::formula
