// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "batchnorm_cases.hpp"
#include "tests/support/on_device.hpp"

namespace fedmrn::test {
namespace {

using kernels::BatchnormShape;

constexpr double tolerance = 5e-6;

class Batchnorm : public OnDevice {
protected:
    /// The forward pass; its outputs stay here.
    void forward(const BatchnormShape& s, const BatchnormCase& c) {
        x = Buffer<float>(device, c.x);
        gamma = Buffer<float>(device, c.gamma);
        beta = Buffer<float>(device, c.beta);
        running_mean = Buffer<float>(device, c.mean);
        running_variance = Buffer<float>(device, c.variance);
        mean = Buffer<float>(device, s.channels);
        inverse = Buffer<float>(device, s.channels);
        y = untouched_floats(device, c.out);
        chosen = Buffer<std::uint8_t>(device, c.out);
        kernels::batchnorm_forward(device, s, c.states.data(), x.data(), parameters(),
                                   per_lane(running_mean, 0), per_lane(running_variance, 0),
                                   per_lane(mean, 0), per_lane(inverse, 0), y.data(),
                                   s.pool > 1 ? chosen.data() : nullptr);
    }
    kernels::BatchnormParameters parameters() const {
        return {per_lane(gamma, 0), per_lane(beta, 0)};
    }
    Buffer<float> x, gamma, beta, running_mean, running_variance, mean, inverse, y;
    Buffer<std::uint8_t> chosen;
};
INSTANTIATE_TEST_SUITE_P(On, Batchnorm, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(Batchnorm, ForwardIsTheReferences) {
    for (const BatchnormShape& s : batchnorm_shapes) {
        const BatchnormCase c(device, s);
        forward(s, c);
        const Values used = widened(head(c.x, c.used_in));
        const ReferenceMoments m = reference_moments(s.channels, used);
        EXPECT_TRUE(close(
            head(y.read(), c.used_out),
            reference_batchnorm(s, c.rows, used, widened(c.gamma), widened(c.beta), m), tolerance));
        EXPECT_TRUE(is_untouched(y.read(), c.used_out));
        EXPECT_TRUE(close(mean.read(), m.mean, tolerance));
        Values expected_inverse = m.variance;
        for (double& v : expected_inverse) v = 1.0 / std::sqrt(v + 1e-5);
        EXPECT_TRUE(close(inverse.read(), expected_inverse, tolerance));
    }
}

/// running ← 0.9 · running + 0.1 · batch, the variance by n − 1 of the samples that exist.
TEST_P(Batchnorm, RunningStatisticsFollowTheBatch) {
    for (const BatchnormShape& s : batchnorm_shapes) {
        const BatchnormCase c(device, s);
        forward(s, c);
        ReferenceMoments m = reference_moments(s.channels, widened(head(c.x, c.used_in)));
        const double n = static_cast<double>(c.used_in / s.channels);
        for (std::size_t i = 0; i < s.channels; ++i) {
            m.mean[i] = 0.9 * double{c.mean[i]} + 0.1 * m.mean[i];
            m.variance[i] = 0.9 * double{c.variance[i]} + 0.1 * m.variance[i] * n / (n - 1);
        }
        EXPECT_TRUE(close(running_mean.read(), m.mean, 1e-6));
        EXPECT_TRUE(close(running_variance.read(), m.variance, 1e-6));
    }
}

TEST_P(Batchnorm, InferenceUsesTheRunningStatistics) {
    for (const BatchnormShape& s : batchnorm_shapes) {
        const BatchnormCase c(device, s);
        const Buffer<float> in(device, c.x), of_mean(device, c.mean),
            of_variance(device, c.variance);
        gamma = Buffer<float>(device, c.gamma);
        beta = Buffer<float>(device, c.beta);
        Buffer<float> out = untouched_floats(device, c.out);
        kernels::batchnorm_inference(device, s, c.states.data(), in.data(), parameters(),
                                     per_lane(of_mean, 0), per_lane(of_variance, 0), out.data());
        const ReferenceMoments m{widened(c.mean), widened(c.variance)};
        EXPECT_TRUE(close(head(out.read(), c.used_out),
                          reference_batchnorm(s, c.rows, widened(head(c.x, c.used_in)),
                                              widened(c.gamma), widened(c.beta), m),
                          tolerance));
        EXPECT_TRUE(is_untouched(out.read(), c.used_out));
    }
}

TEST_P(Batchnorm, GradientsAreThoseOfFiniteDifferences) {
    for (const BatchnormShape& s : batchnorm_shapes) {
        const BatchnormCase c(device, s);
        forward(s, c);
        const Buffer<float> dy(device, c.dy);
        Buffer<float> dx = untouched_floats(device, c.in), dgamma(device, s.channels),
                      dbeta(device, s.channels);
        kernels::batchnorm_backward(device, s, c.states.data(), x.data(), y.data(),
                                    s.pool > 1 ? chosen.data() : nullptr, dy.data(), parameters(),
                                    per_lane(mean, 0), per_lane(inverse, 0), dx.data(),
                                    per_lane(dgamma, 0), per_lane(dbeta, 0));
        Values rx = widened(head(c.x, c.used_in)), rg = widened(c.gamma), rb = widened(c.beta);
        const Values rdy = widened(head(c.dy, c.used_out));
        const auto f = [&] {
            return dot(
                rdy, reference_batchnorm(s, c.rows, rx, rg, rb, reference_moments(s.channels, rx)));
        };
        EXPECT_TRUE(close(head(dx.read(), c.used_in), finite_differences(rx, f), tolerance));
        EXPECT_TRUE(close(dgamma.read(), finite_differences(rg, f), tolerance));
        EXPECT_TRUE(close(dbeta.read(), finite_differences(rb, f), tolerance));
        EXPECT_TRUE(is_untouched(dx.read(), c.used_in));
    }
}

/// Sums over more pixels than one part of a device adds.
TEST_P(Batchnorm, GradientsOfALargeBatchAreTheSums) {
    const BatchnormShape s{.batch = 65, .height = 8, .width = 8, .channels = 3};
    const BatchnormCase c(device, s);
    forward(s, c);
    const Buffer<float> dy(device, c.dy);
    Buffer<float> dx(device, c.in), dgamma(device, s.channels), dbeta(device, s.channels);
    for (int again = 0; again < 2; ++again) { // a sum leaves nothing behind for the next
        kernels::batchnorm_backward(device, s, c.states.data(), x.data(), y.data(), nullptr,
                                    dy.data(), parameters(), per_lane(mean, 0),
                                    per_lane(inverse, 0), dx.data(), per_lane(dgamma, 0),
                                    per_lane(dbeta, 0));
        const ReferenceMoments m = reference_moments(s.channels, widened(head(c.x, c.used_in)));
        Values rg(s.channels), rb(s.channels);
        for (std::size_t i = 0; i < c.used_in; ++i) {
            const std::size_t at = i % s.channels;
            rb[at] += double{c.dy[i]};
            rg[at] +=
                double{c.dy[i]} * (double{c.x[i]} - m.mean[at]) / std::sqrt(m.variance[at] + 1e-5);
        }
        EXPECT_TRUE(close(dgamma.read(), rg, tolerance));
        EXPECT_TRUE(close(dbeta.read(), rb, tolerance));
    }
}

/// A mean that is large beside the deviation costs no digits.
TEST_P(Batchnorm, SurvivesAMeanFarFromZero) {
    const BatchnormShape s{.batch = 65, .height = 8, .width = 8, .channels = 3};
    BatchnormCase c(device, s);
    for (float& v : c.x) v += 1000.0f;
    forward(s, c);
    const ReferenceMoments m = reference_moments(s.channels, widened(head(c.x, c.used_in)));
    Values expected = m.variance;
    for (double& v : expected) v = 1.0 / std::sqrt(v + 1e-5);
    EXPECT_TRUE(close(mean.read(), m.mean, 1e-7));
    EXPECT_TRUE(close(inverse.read(), expected, tolerance));
}

/// Wherever in a window it is, as in a max-pool without normalisation.
TEST_P(Batchnorm, WhatIsNotANumberIsTheLargest) {
    const float nan = std::nanf("");
    const BatchnormShape s{
        .batch = 1, .height = 2, .width = 6, .channels = 1, .relu = true, .pool = 2};
    const Buffer<LaneState> states = lanes_of(device, {1});
    const Buffer<float> in(device, std::vector<float>{nan, 1, 1, nan, 1, 2, //
                                                      2, 3, 2, 3, 4, nan});
    const Buffer<float> ones(device, std::vector<float>(1, 1.0f)), zeros(device, 1);
    Buffer<float> out(device, 3);
    kernels::batchnorm_inference(device, s, states.data(), in.data(),
                                 {per_lane(ones, 0), per_lane(zeros, 0)}, per_lane(zeros, 0),
                                 per_lane(ones, 0), out.data());
    for (const float v : out.read()) EXPECT_TRUE(std::isnan(v));
}

TEST_P(Batchnorm, OfOneValueAChannelIsItsShift) {
    const BatchnormShape s{.batch = 2, .height = 1, .width = 1, .channels = 4};
    const BatchnormCase c(device, s);
    forward(s, c);
    // x · γ/√ε + shift: the two cancel, and leave the rounding of values near 1000.
    EXPECT_TRUE(close(head(y.read(), 4), c.beta, 1e-3));
    for (const float v : running_variance.read()) EXPECT_TRUE(std::isfinite(v));
}

} // namespace
} // namespace fedmrn::test
