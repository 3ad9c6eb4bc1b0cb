// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "kernels/formula/bf16.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::formula {
namespace {

std::uint16_t narrow(float x) { return from_float<Bf16>(x).bits; }

TEST(Bf16, EveryValueSurvivesTheRoundTrip) {
    for (std::uint32_t bits = 0; bits < 1u << 16; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        const float wide = to_float(Bf16{half});
        if (std::isnan(wide)) {
            EXPECT_TRUE(std::isnan(to_float(Bf16{narrow(wide)}))) << bits;
        } else {
            EXPECT_EQ(narrow(wide), half);
        }
    }
}

/// The three floats at, just below and just above the middle of every pair of neighbours.
TEST(Bf16, RoundsToNearestTiesToEven) {
    for (std::uint32_t bits = 0; bits < 0x7f80; ++bits) {
        const std::uint32_t middle = bits << 16 | 0x8000;
        const std::uint32_t even = bits % 2 == 0 ? bits : bits + 1;
        ASSERT_EQ(narrow(std::bit_cast<float>(middle - 1)), bits);
        ASSERT_EQ(narrow(std::bit_cast<float>(middle)), even);
        ASSERT_EQ(narrow(std::bit_cast<float>(middle + 1)), bits + 1);
        ASSERT_EQ(narrow(-std::bit_cast<float>(middle)), even | 0x8000);
    }
}

TEST(Bf16, IsTheNearestValue) {
    test::RandomValues random(1);
    for (int i = 0; i < 200'000; ++i) {
        const float x = random.value(1000);
        ASSERT_LE(std::abs(to_float(Bf16{narrow(x)}) - x), std::abs(x) * 0x1p-8f);
    }
}

TEST(Bf16, NotANumberStaysOneAndOverflowIsInfinite) {
    for (const std::uint32_t bits :
         {0x7f800001u, 0x7f80ffffu, 0x7fffffffu, 0xff800001u, 0xffffffffu}) {
        const std::uint16_t half = narrow(std::bit_cast<float>(bits));
        EXPECT_TRUE(std::isnan(to_float(Bf16{half}))) << std::hex << bits;
        EXPECT_EQ(half >> 15, bits >> 31) << std::hex << bits;
    }
    EXPECT_EQ(to_float(Bf16{narrow(std::numeric_limits<float>::max())}), HUGE_VALF);
    EXPECT_EQ(to_float(Bf16{narrow(-HUGE_VALF)}), -HUGE_VALF);
}

} // namespace
} // namespace fedmrn::formula
