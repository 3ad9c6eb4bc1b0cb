// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "fedmrn/experiment.hpp"
#include "problem.hpp"
#include "study.hpp"

namespace fedmrn::convergence {
namespace {

TEST(Fit, OfAPowerIsItsExponent) {
    const Series series{{1, 2, 4, 8}, {{3, 1.5, 0.75, 0.375}, {5, 2.5, 1.25, 0.625}}};
    const Estimate slope = convergence::slope(series);
    EXPECT_NEAR(slope.mean, -1, 1e-12);
    EXPECT_NEAR(slope.low(), -1, 1e-12);
    EXPECT_NEAR(slope.high(), -1, 1e-12);
    EXPECT_EQ(series.mean(), (std::vector<double>{4, 2, 1, 0.5}));
}

/// Slopes −1, −2 and −3: mean −2, standard error 1/√3, Student's t 4.303 with 2 degrees of freedom.
TEST(Fit, IntervalIsStudents) {
    const Estimate slope = convergence::slope({{1, 2}, {{1, 0.5}, {1, 0.25}, {1, 0.125}}});
    EXPECT_NEAR(slope.mean, -2, 1e-12);
    EXPECT_NEAR(slope.high() - slope.mean, 4.3026527 / std::sqrt(3.0), 1e-7);
    EXPECT_NEAR(slope.mean - slope.low(), 4.3026527 / std::sqrt(3.0), 1e-7);
}

/// Means over T 2 and 4: mean 3, standard error 1, Student's t 12.706 with 1 degree of freedom.
TEST(Fit, LevelIsTheMeanOverT) {
    const Estimate found = level({{1, 2}, {{1, 3}, {2, 6}}});
    EXPECT_NEAR(found.mean, 3, 1e-12);
    EXPECT_NEAR(found.high() - found.mean, 12.7062047, 1e-6);
}

TEST(Fit, NeedsTwoSeedsAndTwoPoints) {
    EXPECT_THROW((void)slope({{1, 2}, {{1, 3}}}), std::invalid_argument);
    EXPECT_THROW((void)slope({{1}, {{1}, {2}}}), std::invalid_argument);
}

Dataset synthetic() {
    return load_dataset(strongly_convex_setting("fedavg", variant("theory")).data, 1);
}

/// At w = 0 every class is as likely: log 2. Nothing near the minimum is below it, and F rises from
/// there by at least µ/2 · ‖w − w*‖²: strong convexity, looked at from w = 0.
TEST(LogisticProblem, HasTheMinimumItSays) {
    const Dataset data = synthetic();
    const LogisticRegression problem(data, 0.1);
    const std::vector<double> zero(20, 0.0);
    EXPECT_NEAR(problem.value(zero), std::log(2.0), 1e-12);
    const double minimum = problem.minimum();
    EXPECT_LT(minimum, problem.value(zero));
    EXPECT_GT(LogisticRegression(data, 1.0).minimum(), minimum);
    // Gradient descent from zero, by differences, comes down to it and never below.
    std::vector<double> w = zero;
    for (int step = 0; step < 60; ++step) {
        std::vector<double> gradient;
        for (std::size_t i = 0; i < w.size(); ++i) {
            std::vector<double> up = w, down = w;
            up[i] += 1e-5;
            down[i] -= 1e-5;
            gradient.push_back((problem.value(up) - problem.value(down)) / 2e-5);
        }
        for (std::size_t i = 0; i < w.size(); ++i) w[i] -= 2.0 * gradient[i];
        ASSERT_GT(problem.value(w), minimum - 1e-12);
    }
    EXPECT_NEAR(problem.value(w), minimum, 1e-6);
}

/// The engine's gradient of the logistic model against differences of F in float64.
TEST(LogisticProblem, AgreesWithTheEngine) {
    const Dataset data = synthetic();
    const Model model = make_model("logistic", data.shape());
    const std::vector<float> weights = initial_state(model, 3);
    for (const double l2 : {0.0, 0.5}) {
        const LogisticRegression problem(data, l2);
        double square = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            std::vector<double> up(weights.begin(), weights.end()), down = up;
            up[i] += 1e-5;
            down[i] -= 1e-5;
            square += std::pow((problem.value(up) - problem.value(down)) / 2e-5, 2);
        }
        EXPECT_NEAR(squared_gradient(data, model, weights, l2), square, 1e-5 * square) << l2;
    }
}

/// Half way from the theory's slope to 0, that of a value that stays. What falls as it should has
/// its whole 95 % interval below, what stops has it above.
constexpr double half_way_convex = -0.5, half_way_non_convex = -0.25;

std::string interval(const Estimate& slope) {
    return std::to_string(slope.mean) + ", " + std::to_string(slope.low()) + " … " +
           std::to_string(slope.high());
}

class StronglyConvex : public testing::TestWithParam<std::string> {
protected:
    static Estimate slope(const char* name, Range range) {
        return convergence::slope(strongly_convex(GetParam(), variant(name), range));
    }
};
class NonConvex : public testing::TestWithParam<std::string> {
protected:
    static Estimate slope(const char* name, Range range) {
        return convergence::slope(non_convex(GetParam(), variant(name), range));
    }
};

std::string name_of(const testing::TestParamInfo<std::string>& info) { return info.param; }
INSTANTIATE_TEST_SUITE_P(Of, StronglyConvex, testing::Values("fedavg", "fedmrn"), name_of);
INSTANTIATE_TEST_SUITE_P(Of, NonConvex, testing::Values("fedavg", "fedmrn"), name_of);

/// O(1/T): the interval lies around −1, within a fifth.
TEST_P(StronglyConvex, FallsAsOneOverT) {
    const Estimate slope = this->slope("theory", {256, 4096, 10});
    EXPECT_LT(slope.high(), -0.8) << interval(slope);
    EXPECT_GT(slope.low(), -1.25) << interval(slope);
}

TEST_P(StronglyConvex, StopsWhereTheStepDoesNotFall) {
    const Estimate slope = this->slope("constant-step", {256, 4096, 8});
    EXPECT_GT(slope.low(), half_way_convex) << interval(slope);
}

TEST(StronglyConvexFedMrn, StopsWhereTheNoiseDoesNotFall) {
    const Estimate slope =
        convergence::slope(strongly_convex("fedmrn", variant("constant-noise"), {256, 4096, 8}));
    EXPECT_GT(slope.low(), half_way_convex) << interval(slope);
}

/// Small elements of the noise clip the update: slower than 1/T.
TEST(StronglyConvexFedMrn, FallsMoreSlowlyUnderUniformNoise) {
    const Estimate slope =
        convergence::slope(strongly_convex("fedmrn", variant("uniform-noise"), {256, 8192, 10}));
    EXPECT_GT(slope.low(), -0.95) << interval(slope);
    EXPECT_LT(slope.high(), half_way_convex) << interval(slope);
}

/// Constant step size and noise come down to a floor, here by T = 1,024.
TEST_P(StronglyConvex, WithDefaultsEndsOnAFloor) {
    const Series series = strongly_convex(GetParam(), variant("defaults"), {1024, 4096, 10});
    const Estimate slope = convergence::slope(series);
    EXPECT_GT(slope.low(), half_way_convex) << interval(slope);
    const Estimate floor = level(series);
    EXPECT_GT(floor.low(), GetParam() == "fedmrn" ? 1e-3 : 2e-4);
    EXPECT_LT(floor.high(), GetParam() == "fedmrn" ? 3e-3 : 8e-4);
}

/// O(1/√T): the interval lies around −1/2.
TEST_P(NonConvex, FallsAsOneOverRootT) {
    const Estimate slope = this->slope("theory", {64, 2048, 10});
    EXPECT_LT(slope.high(), -0.4) << interval(slope);
    EXPECT_GT(slope.low(), -0.65) << interval(slope);
}

TEST_P(NonConvex, StopsWhereTheStepDoesNotFall) {
    const Estimate slope = this->slope("constant-step", {256, 2048, 8});
    EXPECT_GT(slope.low(), half_way_non_convex) << interval(slope);
}

TEST(NonConvexFedMrn, StopsWhereTheNoiseDoesNotFall) {
    const Estimate slope =
        convergence::slope(non_convex("fedmrn", variant("constant-noise"), {256, 2048, 8}));
    EXPECT_GT(slope.low(), half_way_non_convex) << interval(slope);
}

} // namespace
} // namespace fedmrn::convergence
