// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// √x, correctly rounded on every device.
FEDMRN_FORMULA_INLINE float square_root(float x) { return __builtin_sqrtf(x); }

/// ln x for a normal x > 0, relative error below 2e-7, without a library call: exponent and
/// mantissa by integer arithmetic, then the polynomial of Cephes logf (S. Moshier, 1992).
FEDMRN_FORMULA float natural_log(float x) {
    constexpr std::int32_t root_half = 0x3f3504f3; // √½, so that the mantissa lies in [√½, √2)
    const std::int32_t shifted = __builtin_bit_cast(std::int32_t, x) - root_half;
    const float exponent = static_cast<float>(shifted >> 23);
    const float f = __builtin_bit_cast(float, (shifted & 0x7fffff) + root_half) - 1.0f;
    const float square = f * f;
    float p = 7.0376836292e-2f;
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    return exponent * 0.693147181f + ((f * square) * p - 0.5f * square + f);
}

/// The standard normal quantile of a 32-bit word: √2 · erf⁻¹(x), x = the word as an odd multiple of
/// 2⁻²⁴ in (−1, 1). Polynomials of M. Giles, "Approximating the erfinv function", GPU Computing
/// Gems 2, 2012 (single precision). |result| < 5.5.
FEDMRN_FORMULA_INLINE float normal_quantile(std::uint32_t word) {
    const std::int32_t odd = static_cast<std::int32_t>((word >> 8) * 2 + 1) - (1 << 24);
    const float x = static_cast<float>(odd) * 0x1p-24f;
    const float w = -natural_log((1.0f - x) * (1.0f + x));
    const float a = w - 2.5f;
    float centre = 2.81022636e-08f;
    centre = centre * a + 3.43273939e-07f;
    centre = centre * a - 3.5233877e-06f;
    centre = centre * a - 4.39150654e-06f;
    centre = centre * a + 2.1858087e-04f;
    centre = centre * a - 1.25372503e-03f;
    centre = centre * a - 4.17768164e-03f;
    centre = centre * a + 2.46640727e-01f;
    centre = centre * a + 1.50140941f;
    const float b = square_root(w > 0.0f ? w : 0.0f) - 3.0f;
    float tail = -2.00214257e-04f;
    tail = tail * b + 1.00950558e-04f;
    tail = tail * b + 1.34934322e-03f;
    tail = tail * b - 3.67342844e-03f;
    tail = tail * b + 5.73950773e-03f;
    tail = tail * b - 7.6224613e-03f;
    tail = tail * b + 9.43887047e-03f;
    tail = tail * b + 1.00167406f;
    tail = tail * b + 2.83297682f;
    return 1.41421356f * ((w < 5.0f ? centre : tail) * x);
}

} // namespace fedmrn::formula
