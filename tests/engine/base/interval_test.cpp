// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/interval.hpp"

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace fedmrn {
namespace {

/// Published tables: 97.5 % quantiles.
TEST(Interval, StudentsQuantilesAreThePublishedOnes) {
    const struct {
        std::size_t freedom;
        double t;
    } rows[] = {{1, 12.7062},  {2, 4.30265},  {3, 3.18245},   {4, 2.77645},   {9, 2.26216},
                {10, 2.22814}, {30, 2.04227}, {100, 1.98397}, {1000, 1.96234}};
    for (const auto& row : rows)
        EXPECT_NEAR(student_95(row.freedom), row.t, 6e-6 * row.t) << row.freedom;
    EXPECT_NEAR(student_95(1), std::tan(0.475 * std::numbers::pi), 1e-9); // Cauchy's
}

TEST(Interval, OfFewValues) {
    EXPECT_EQ(estimate_of({}).mean, 0);
    EXPECT_FALSE(estimate_of({}).deviation);
    const std::vector<double> one{3};
    EXPECT_EQ(estimate_of(one).mean, 3);
    EXPECT_FALSE(estimate_of(one).half_width);
    EXPECT_FALSE(estimate_of(one).excludes_zero());
    const std::vector<double> three{1, 2, 6};
    EXPECT_NEAR(estimate_of(three).mean, 3, 1e-12);
    EXPECT_NEAR(*estimate_of(three).deviation, std::sqrt(7.0), 1e-12);
    EXPECT_NEAR(*estimate_of(three).half_width, 4.302653 * std::sqrt(7.0 / 3), 1e-5);
    EXPECT_FALSE(estimate_of(three).excludes_zero());
    const std::vector<double> same{2, 2};
    EXPECT_TRUE(estimate_of(same).excludes_zero());
}

/// Of 4,000 intervals of normal samples 95 % hold the mean, ± 1.4 points (four deviations).
TEST(Interval, CoversTheMeanAsOftenAsItSays) {
    std::mt19937_64 random(1);
    std::normal_distribution<double> normal(0.3, 2);
    for (const std::size_t n : {3, 5}) {
        int covered = 0;
        for (int i = 0; i < 4000; ++i) {
            std::vector<double> values(n);
            for (double& value : values) value = normal(random) - 0.3;
            covered += estimate_of(values).excludes_zero() ? 0 : 1;
        }
        EXPECT_NEAR(covered / 4000.0, 0.95, 0.0138) << n;
    }
}

} // namespace
} // namespace fedmrn
