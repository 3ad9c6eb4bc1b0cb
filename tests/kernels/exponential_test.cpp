// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "kernels/formula/exponential.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::formula {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// |actual − expected| against |expected|; the references are of extended precision.
double relative(double actual, long double expected) {
    return static_cast<double>(std::abs((actual - expected) / expected));
}

TEST(Exponential, IsRightEverywhere) {
    test::RandomValues random(1);
    double worst = 0;
    for (int i = 0; i < 400'000; ++i) {
        const double scale = i % 2 == 0 ? 700.0 : 3.0, x = scale * (2.0 * random.unit() - 1.0);
        worst = std::max(worst, relative(exponential(x), std::exp(static_cast<long double>(x))));
        ASSERT_LT(relative(exponential(x), std::exp(x)), 1e-13) << x; // float64's own
    }
    EXPECT_LT(worst, 1e-15);
}

/// Half way between multiples of ln 2 the rest of the range reduction is at its largest.
TEST(Exponential, IsRightWhereTheReductionTurns) {
    for (int k = -1009; k <= 1009; ++k) {
        for (const double step : {-1e-12, 0.0, 1e-12}) {
            const double x = (k + 0.5) * 0.69314718055994531 + step;
            ASSERT_LT(relative(exponential(x), std::exp(static_cast<long double>(x))), 1e-15) << k;
        }
    }
}

TEST(Exponential, EdgesAreThoseOfTheRange) {
    EXPECT_EQ(exponential(0.0), 1.0);
    EXPECT_EQ(exponential(-0.0), 1.0);
    EXPECT_EQ(exponential(infinity), exponential(700.0));
    EXPECT_EQ(exponential(1e9), exponential(700.0));
    EXPECT_EQ(exponential(-infinity), exponential(-700.0));
    EXPECT_EQ(exponential(std::nan("")), exponential(-700.0));
    EXPECT_LT(relative(exponential(700.0), std::exp(700.0L)), 1e-15);
    EXPECT_LT(relative(exponential(-700.0), std::exp(-700.0L)), 1e-15);
}

TEST(Logarithm, IsRightEverywhere) {
    test::RandomValues random(2);
    double worst = 0;
    const auto look = [&](double x) {
        worst = std::max(worst, relative(logarithm(x), std::log(static_cast<long double>(x))));
        ASSERT_LT(relative(logarithm(x), std::log(x)), 1e-13) << x;
    };
    for (int i = 0; i < 200'000; ++i) {
        look(std::ldexp(1.0 + random.unit(), static_cast<int>(random.below(2046)) - 1022));
        look(0.5 + random.unit());                        // around one, where it is small
        look(1.0 + std::ldexp(random.unit() - 0.5, -20)); // and smaller
    }
    for (const double x : {0.70710678118654746, 0.70710678118654757, 1.4142135623730949,
                           1.4142135623730951, 0x1p-1022, 0x1.fffffffffffffp1023}) {
        look(x);
    }
    EXPECT_LT(worst, 1e-15);
    EXPECT_EQ(logarithm(1.0), 0.0);
}

TEST(Sigmoid, IsRightInBothTails) {
    test::RandomValues random(3);
    for (int i = 0; i < 200'000; ++i) {
        const double x = (i % 2 == 0 ? 300.0 : 8.0) * (2.0 * random.unit() - 1.0);
        const long double e = std::exp(-static_cast<long double>(x));
        ASSERT_LT(relative(sigmoid(x), 1.0L / (1.0L + e)), 1e-15) << x;
        const long double slope = e / ((1.0L + e) * (1.0L + e));
        ASSERT_LT(relative(sigmoid_slope(x), slope), 2e-15) << x;
    }
    EXPECT_EQ(sigmoid(0.0), 0.5);
    EXPECT_EQ(sigmoid_slope(0.0), 0.25);
    EXPECT_EQ(sigmoid(infinity), 1.0);
    EXPECT_LT(sigmoid(-infinity), 1e-300);
    EXPECT_LT(sigmoid(std::nan("")), 1e-300);
}

/// The share of a cohort whose bit is set, back and forth.
TEST(Sigmoid, LogitIsItsInverse) {
    for (const std::uint64_t clients : {1u, 2u, 10u, 1000u, 1'000'000u}) {
        for (std::uint64_t k = 1; k <= clients; k += 1 + clients / 1000) {
            const double p = static_cast<double>(k) / static_cast<double>(clients + 1);
            ASSERT_LT(relative(sigmoid(logit(p)), p), 1e-14) << k << " of " << clients + 1;
            const long double wide = p;
            const auto expected = static_cast<double>(std::log(wide / (1.0L - wide)));
            ASSERT_NEAR(logit(p), expected, 4e-16 * (1.0 + std::abs(expected))) << p;
        }
    }
    EXPECT_EQ(logit(0.5), 0.0);
}

} // namespace
} // namespace fedmrn::formula
