// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "kernels/formula/normal.hpp"

namespace fedmrn::formula {
namespace {

/// The standard normal quantile in float64: Newton on erfc, which keeps its digits in the tails,
/// from the value under test, which decides nothing but where the search starts.
double reference_quantile(std::uint32_t word) {
    const double x = static_cast<double>((word >> 8) * 2 + 1) * 0x1p-24 - 1.0;
    const double tail = 1.0 - std::abs(x); // exact
    double z = std::abs(static_cast<double>(normal_quantile(word)));
    for (int i = 0; i < 3; ++i) {
        const double error = std::erfc(z / std::numbers::sqrt2) - tail;
        z += error / (std::sqrt(2.0 / std::numbers::pi) * std::exp(-0.5 * z * z));
    }
    EXPECT_LT(std::abs(std::erfc(z / std::numbers::sqrt2) - tail), 1e-13 * tail) << word;
    return std::copysign(z, x);
}

/// A relative error below 1e-6 everywhere: noise is then rounded to steps of 2⁻²¹, 4.8e-7.
void expect_quantile(std::uint32_t word) {
    const double expected = reference_quantile(word);
    ASSERT_NEAR(static_cast<double>(normal_quantile(word)), expected, 1e-6 * std::abs(expected))
        << word;
}

TEST(Normal, QuantileIsRightInTheTails) {
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        expect_quantile(i << 8);
        expect_quantile(~(i << 8));
    }
}

TEST(Normal, QuantileIsRightAroundZero) {
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        expect_quantile((1u << 31) + (i << 8));
        expect_quantile((1u << 31) - 1 - (i << 8));
    }
}

TEST(Normal, QuantileIsRightInBetween) {
    for (std::uint32_t high = 0; high < 1u << 24; high += 101) expect_quantile(high << 8);
}

TEST(Normal, QuantileIsOddAndRisesUpToRounding) {
    float before = -6.0f;
    for (std::uint32_t high = 0; high < 1u << 24; high += 13) {
        const float now = normal_quantile(high << 8);
        ASSERT_EQ(now, -normal_quantile(~(high << 8)));
        ASSERT_GE(now, before - 1e-6f * std::abs(before));
        ASSERT_LT(std::abs(now), 5.5f);
        before = now;
    }
}

TEST(Normal, LogarithmIsRight) {
    for (const float x : {0x1p-126f, 0x1p-25f, 0.5f, 0.70710677f, 0.70710683f, 2.0f, 3e38f}) {
        const double expected = std::log(static_cast<double>(x));
        EXPECT_NEAR(static_cast<double>(natural_log(x)), expected, 2e-7 * std::abs(expected)) << x;
    }
    EXPECT_EQ(natural_log(1.0f), 0.0f);
    for (std::uint32_t i = 1; i < 1u << 24; i += 97) {
        const float x = static_cast<float>(i) * 0x1p-24f;
        const double expected = std::log(static_cast<double>(x));
        ASSERT_NEAR(static_cast<double>(natural_log(x)), expected, 2e-7 * std::abs(expected)) << x;
    }
}

} // namespace
} // namespace fedmrn::formula
