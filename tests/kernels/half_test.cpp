// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/half.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

using formula::HalfFormat;

/// A binary16 by its definition: (−1)^s · 2^(e − 25) · (1024 + m), subnormal 2^−24 · m.
double by_definition(std::uint32_t half) {
    const int exponent = half >> 10 & 31;
    const double significand = half & 1023, sign = half >> 15 != 0 ? -1 : 1;
    if (exponent == 31) return significand == 0 ? sign * HUGE_VAL : std::nan("");
    return sign * (exponent == 0 ? std::ldexp(significand, -24)
                                 : std::ldexp(1024 + significand, exponent - 25));
}

TEST(Float16, EveryValueIsWhatItsBitsSayAndSurvivesTheRoundTrip) {
    for (std::uint32_t bits = 0; bits < 1u << 16; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        const float wide = formula::of_float16(half);
        EXPECT_EQ(formula::is_finite(HalfFormat::float16, half), std::isfinite(wide)) << bits;
        if (std::isnan(by_definition(bits))) {
            ASSERT_TRUE(std::isnan(wide)) << bits;
            ASSERT_TRUE(std::isnan(formula::of_float16(formula::to_float16(wide)))) << bits;
        } else {
            ASSERT_EQ(static_cast<double>(wide), by_definition(bits)) << bits;
            ASSERT_EQ(std::signbit(wide), bits >> 15 != 0) << bits;
            ASSERT_EQ(formula::to_float16(wide), half) << bits;
        }
    }
}

/// At, just below and just above the middle of every pair of neighbours; that of the largest one
/// and infinity is 65520.
TEST(Float16, RoundsToNearestTiesToEven) {
    for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) {
        const double above = bits == 0x7bff ? 65536.0 : by_definition(bits + 1);
        const auto middle = static_cast<float>((by_definition(bits) + above) / 2); // exact
        const std::uint32_t even = bits % 2 == 0 ? bits : bits + 1;
        ASSERT_EQ(formula::to_float16(std::nextafter(middle, 0.0f)), bits);
        ASSERT_EQ(formula::to_float16(middle), even);
        ASSERT_EQ(formula::to_float16(std::nextafter(middle, HUGE_VALF)), bits + 1);
        ASSERT_EQ(formula::to_float16(-middle), even | 0x8000);
    }
}

FEDMRN_ON_DEVICES(Halves);

TEST_P(Halves, AreTheFormulasOnEveryDevice) {
    std::vector<float> values = RandomValues(1).values(70'001, 3.0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = std::ldexp(values[i], static_cast<int>(i % 48) - 30);
    }
    values[7] = std::numeric_limits<float>::quiet_NaN();
    for (const HalfFormat format : {HalfFormat::float16, HalfFormat::bfloat16}) {
        for (const std::size_t n :
             {std::size_t{0}, std::size_t{1}, std::size_t{257}, values.size()}) {
            const Buffer<float> from(device, values);
            Buffer<std::uint16_t> halves(device, values.size());
            Buffer<float> back(device, values.size());
            kernels::to_halves(device, format, n, from.data(), halves.data());
            kernels::of_halves(device, format, n, halves.data(), back.data());
            const auto small = halves.read();
            const auto wide = back.read();
            for (std::size_t i = 0; i < values.size(); ++i) {
                const std::uint16_t half = i < n ? formula::to_half(format, values[i]) : 0;
                ASSERT_EQ(small[i], half) << i;
                ASSERT_EQ(std::bit_cast<std::uint32_t>(wide[i]),
                          std::bit_cast<std::uint32_t>(formula::of_half(format, half)))
                    << i;
            }
        }
    }
}

} // namespace
} // namespace fedmrn::test
