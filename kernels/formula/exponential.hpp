// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// ln 2 in two parts; a product of the upper one with an integer below 2¹¹ is exact.
inline constexpr double log_2_high = 0x1.62e42fefa38p-1, log_2_low = 0x1.ef35793c7673p-45;

/// eˣ for |x| ≤ 700, beyond it that of ±700, not a number counting as −700; relative error below
/// 1e-15. 2ᵏ · eʳ with |r| ≤ ln 2 / 2, and Taylor's polynomial, whose rest is below 2e-16.
FEDMRN_FORMULA double exponential(double x) {
    constexpr double whole = 0x1.8p52; // added, it leaves the nearest integer in the low bits
    double c = x > -700.0 ? x : -700.0;
    c = c < 700.0 ? c : 700.0;
    const double shifted = c * 0x1.71547652b82fep0 + whole;
    const double k = shifted - whole;
    const double r = (c - k * log_2_high) - k * log_2_low;
    double p = 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    const std::uint64_t power = (__builtin_bit_cast(std::uint64_t, shifted) + 1023) << 52;
    return p * __builtin_bit_cast(double, power);
}

/// ln x for a normal x > 0, relative error below 1e-15: 2 artanh((m − 1) / (m + 1)) of the mantissa
/// m in [√½, √2) by its series, whose rest is below 3e-17.
FEDMRN_FORMULA double logarithm(double x) {
    constexpr std::int64_t root_half = 0x3fe6a09e667f3bcd; // √½
    constexpr std::int64_t fraction = (std::int64_t{1} << 52) - 1;
    const std::int64_t shifted = __builtin_bit_cast(std::int64_t, x) - root_half;
    const double exponent = static_cast<double>(static_cast<std::int32_t>(shifted >> 52));
    const double f = __builtin_bit_cast(double, (shifted & fraction) + root_half) - 1.0;
    const double s = f / (2.0 + f), z = s * s;
    double p = 1.0 / 19.0;
    p = p * z + 1.0 / 17.0;
    p = p * z + 1.0 / 15.0;
    p = p * z + 1.0 / 13.0;
    p = p * z + 1.0 / 11.0;
    p = p * z + 1.0 / 9.0;
    p = p * z + 1.0 / 7.0;
    p = p * z + 1.0 / 5.0;
    p = p * z + 1.0 / 3.0;
    const double tail = exponent * log_2_low + 2.0 * s * (z * p);
    return exponent * log_2_high + (2.0 * s + tail);
}

/// 1 / (1 + e⁻ˣ), relative error below 1e-15 for |x| ≤ 700. Not a number gives almost nothing.
FEDMRN_FORMULA double sigmoid(double x) {
    const double e = exponential(x < 0.0 ? x : -x);
    return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
}

/// Its derivative σ(x) · (1 − σ(x)), relative error below 1e-15 for |x| ≤ 300.
FEDMRN_FORMULA double sigmoid_slope(double x) {
    const double e = exponential(x < 0.0 ? x : -x);
    return e / ((1.0 + e) * (1.0 + e));
}

/// The inverse of sigmoid, ln(p / (1 − p)), of p in (0, 1).
FEDMRN_FORMULA double logit(double p) { return logarithm(p / (1.0 - p)); }

} // namespace fedmrn::formula
