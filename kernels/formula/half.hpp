// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/bf16.hpp"
#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// Floating point of 16 bits: IEEE 754's binary16 with 5 bits of exponent, or the upper half of a
/// float32 with 8.
enum class HalfFormat : std::uint8_t { float16 = 0, bfloat16 = 1 };

/// A float32 as binary16, rounded to nearest, ties to even: below 2⁻¹⁴ a multiple of 2⁻²⁴, from
/// 65520 on infinite. Not a number stays one.
FEDMRN_FORMULA std::uint16_t to_float16(float x) {
    const auto bits = __builtin_bit_cast(std::uint32_t, x);
    const std::uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    std::uint32_t half = 0;
    if (magnitude > 0x7f800000) {
        half = 0x7e00 | (magnitude >> 13 & 0x1ff);
    } else if (magnitude >= 0x477ff000) {
        half = 0x7c00;
    } else if (magnitude < 0x38800000) { // 1/2 + x: the last bit of the sum is 2⁻²⁴
        const float sum = __builtin_bit_cast(float, magnitude) + 0.5f;
        half = __builtin_bit_cast(std::uint32_t, sum) - 0x3f000000;
    } else {
        half = (magnitude + 0xfff + (magnitude >> 13 & 1) - 0x38000000) >> 13;
    }
    return static_cast<std::uint16_t>(sign | half);
}

/// The float32 of a binary16, exactly.
FEDMRN_FORMULA float of_float16(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000u) << 16, magnitude = half & 0x7fffu;
    std::uint32_t bits = 0;
    if (magnitude >= 0x7c00) {
        bits = 0x7f800000 | (magnitude & 0x3ff) << 13;
    } else if (magnitude < 0x400) {
        bits = __builtin_bit_cast(std::uint32_t, static_cast<float>(magnitude) * 0x1p-24f);
    } else {
        bits = (magnitude << 13) + 0x38000000;
    }
    return __builtin_bit_cast(float, sign | bits);
}

FEDMRN_FORMULA std::uint16_t to_half(HalfFormat format, float x) {
    return format == HalfFormat::float16 ? to_float16(x) : from_float<Bf16>(x).bits;
}
FEDMRN_FORMULA float of_half(HalfFormat format, std::uint16_t half) {
    return format == HalfFormat::float16 ? of_float16(half) : to_float(Bf16{half});
}
/// Whether it is neither infinite nor not a number.
FEDMRN_FORMULA bool is_finite(HalfFormat format, std::uint16_t half) {
    const unsigned exponent = format == HalfFormat::float16 ? 0x7c00 : 0x7f80;
    return (half & exponent) != exponent;
}

// Known answers: IEEE 754-2019, tables 3.5 and B.1.
static_assert(to_float16(0.0f) == 0 && to_float16(-0.0f) == 0x8000);
static_assert(to_float16(1.0f) == 0x3c00 && to_float16(-2.0f) == 0xc000);
static_assert(to_float16(65504.0f) == 0x7bff && to_float16(65519.996f) == 0x7bff);
static_assert(to_float16(65520.0f) == 0x7c00 && to_float16(-1e30f) == 0xfc00);
static_assert(to_float16(1.0f + 0x1p-11f) == 0x3c00); // a tie, to even: down
static_assert(to_float16(1.0f + 0x3p-11f) == 0x3c02); // and up
static_assert(to_float16(1.0f + 0x1p-11f + 0x1p-23f) == 0x3c01);
static_assert(to_float16(0x1p-14f) == 0x0400 && to_float16(0x1.ff8p-15f) == 0x03ff);
static_assert(to_float16(0x1.ffcp-15f) == 0x0400); // a tie, up into the normal ones
static_assert(to_float16(0x1p-24f) == 0x0001 && to_float16(0x1p-25f) == 0);
static_assert(to_float16(0x1.8p-24f) == 0x0002 && to_float16(0x1.000002p-25f) == 0x0001);
static_assert(to_float16(0x1p-149f) == 0 && to_float16(-0x1p-149f) == 0x8000);
static_assert(of_float16(0x3555) == 0x1.554p-2f && of_float16(0x8001) == -0x1p-24f);
static_assert(of_float16(0x7bff) == 65504.0f && of_float16(0x0400) == 0x1p-14f);
static_assert(of_float16(0xfc00) == -__builtin_huge_valf());
static_assert(to_half(HalfFormat::bfloat16, 1.0f + 0x1p-8f) == 0x3f80);
static_assert(to_half(HalfFormat::bfloat16, 1.0f + 0x3p-8f) == 0x3f82);
static_assert(!is_finite(HalfFormat::float16, 0xfc00) && is_finite(HalfFormat::float16, 0xfbff));
static_assert(!is_finite(HalfFormat::bfloat16, 0x7fc0) && is_finite(HalfFormat::bfloat16, 0x7c00));

} // namespace fedmrn::formula
