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
    const Slope slope = fit(series);
    EXPECT_NEAR(slope.mean, -1, 1e-12);
    EXPECT_NEAR(slope.low, -1, 1e-12);
    EXPECT_NEAR(slope.high, -1, 1e-12);
    EXPECT_EQ(series.mean(), (std::vector<double>{4, 2, 1, 0.5}));
}

/// Slopes −1, −2 and −3: mean −2, standard error 1/√3, Student's t 4.303 with 2 degrees of freedom.
TEST(Fit, IntervalIsStudents) {
    const Slope slope = fit({{1, 2}, {{1, 0.5}, {1, 0.25}, {1, 0.125}}});
    EXPECT_NEAR(slope.mean, -2, 1e-12);
    EXPECT_NEAR(slope.high - slope.mean, 4.303 / std::sqrt(3.0), 1e-9);
    EXPECT_NEAR(slope.mean - slope.low, 4.303 / std::sqrt(3.0), 1e-9);
}

Dataset synthetic() { return load_dataset(base("fedavg").data, 1); }

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
    const LogisticRegression problem(data, 0.0);
    const Model model = make_model("logistic", data.shape());
    const std::vector<float> weights = initial_state(model, 3);
    double square = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        std::vector<double> up(weights.begin(), weights.end()), down = up;
        up[i] += 1e-5;
        down[i] -= 1e-5;
        square += std::pow((problem.value(up) - problem.value(down)) / 2e-5, 2);
    }
    EXPECT_NEAR(squared_gradient(data, model, weights), square, 1e-5 * square);
}

/// O(1/T): the 95 % interval of the slope lies around −1, within a fifth.
TEST(Convergence, OfAStronglyConvexProblemIsOneOverT) {
    for (const std::string method : {"fedavg", "fedmrn"}) {
        const Slope slope = fit(strongly_convex(method, 10, 4096));
        EXPECT_LT(slope.high, -0.8) << slope.mean;
        EXPECT_GT(slope.low, -1.25) << slope.mean;
    }
}

/// O(1/√T): the slope's interval lies below −1/2.
TEST(Convergence, OfANonConvexProblemIsAtLeastOneOverRootT) {
    for (const std::string method : {"fedavg", "fedmrn"}) {
        const Slope slope = fit(non_convex(method, 8, 256, 2048));
        EXPECT_LT(slope.high, -0.5) << slope.mean;
    }
}

/// And the studies can tell: a step size that does not fall stays where its noise holds it.
TEST(Convergence, NeedsAFallingStep) {
    Config config = base("fedavg");
    config.model.name = "logistic";
    config.client.l2 = 0.1;
    config.client.lr = 0.5;
    const Slope slope = fit(optimality_gaps(config, 6, {256, 512, 1024, 2048}));
    EXPECT_GT(slope.high, -0.5) << slope.mean;
}

} // namespace
} // namespace fedmrn::convergence
