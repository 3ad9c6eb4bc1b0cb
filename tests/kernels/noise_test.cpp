// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "kernels/formula/noise.hpp"
#include "kernels/mask.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

using formula::noise_grid;
using formula::noise_rule;
using formula::NoiseShape;

constexpr NoiseShape shapes[] = {NoiseShape::uniform, NoiseShape::gaussian, NoiseShape::bernoulli};

/// The same grid value for words that differ in the low 8 bits: 2²⁴ cases are all there are.
template <class Body> void for_words(std::uint32_t stride, const Body& body) {
    for (std::uint32_t high = 0; high < 1u << 24; high += stride) body(high << 8 | (high & 0xff));
    body(~0u);
}

TEST(Noise, UniformGridIsOddSymmetricAndBelowOne) {
    for_words(7, [](std::uint32_t word) {
        const std::int32_t grid = noise_grid<NoiseShape::uniform>(1, word);
        ASSERT_EQ(grid & 1, 1);
        ASSERT_LT(std::abs(grid), 1 << 24);
        ASSERT_EQ(noise_grid<NoiseShape::uniform>(1, ~word), -grid);
    });
    EXPECT_EQ(noise_grid<NoiseShape::uniform>(1, 0), -(1 << 24) + 1);
    EXPECT_EQ(noise_grid<NoiseShape::uniform>(1, ~0u), (1 << 24) - 1);
}

TEST(Noise, GaussianGridFitsAFloat) {
    for_words(7, [](std::uint32_t word) {
        ASSERT_LT(std::abs(noise_grid<NoiseShape::gaussian>(1, word)), 1 << 24);
    });
}

TEST(Noise, BernoulliIsPlusOrMinusMagnitude) {
    for_words(997, [](std::uint32_t word) {
        ASSERT_EQ(noise_grid<NoiseShape::bernoulli>(1, word), word >> 31 ? 1 << 24 : -(1 << 24));
    });
    const auto rule = noise_rule(NoiseShape::bernoulli, 0.01);
    EXPECT_EQ(formula::noise_value(rule.unit, 1 << 24), 0.01f);
}

/// Values too small become +1e-8 (as a float at least), the others stay as they are.
TEST(Noise, IsNeverBelowOneHundredMillionth) {
    for (const double magnitude : {1.0, 0.01, 0.005, 1e-4, 1e-6}) {
        for (const NoiseShape shape : {NoiseShape::uniform, NoiseShape::gaussian}) {
            const auto rule = noise_rule(shape, magnitude);
            const auto value = [&](std::int32_t floor, std::uint32_t word) {
                return formula::noise_value(rule.unit,
                                            shape == NoiseShape::uniform
                                                ? noise_grid<NoiseShape::uniform>(floor, word)
                                                : noise_grid<NoiseShape::gaussian>(floor, word));
            };
            std::uint32_t raised = 0;
            const auto look = [&](std::uint32_t word) {
                const float kept = value(rule.floor, word), free = value(1, word);
                ASSERT_GE(std::abs(kept), 1e-8f);
                if (kept != free) {
                    ASSERT_LT(std::abs(free), 1e-8f);
                    ASSERT_GT(kept, 0.0f);
                    ASSERT_LT(kept, 1e-8f + 1.5f * rule.unit); // one step of the grid above at most
                    ++raised;
                }
            };
            for_words(61, look);
            for (std::uint32_t i = 0; i < 1u << 18; ++i) look((1u << 31) - (1u << 25) + (i << 8));
            EXPECT_EQ(raised > 0, magnitude < 1.0) << magnitude;
        }
    }
}

FEDMRN_ON_DEVICES(NoiseArray);

/// Mean 0 and variance α²/3, α², α², each with confidence 99.99 %.
TEST_P(NoiseArray, HasTheRightMoments) {
    constexpr std::size_t n = 1 << 20;
    const double alpha = 0.01;
    const double variance[] = {alpha * alpha / 3, alpha * alpha, alpha * alpha};
    const double fourth[] = {std::pow(alpha, 4) / 5, 3 * std::pow(alpha, 4), std::pow(alpha, 4)};
    for (int s = 0; s < 3; ++s) {
        Buffer<float> out(device, n);
        kernels::make_noise(device, noise_rule(shapes[s], alpha), 20'240'806, n, out.data());
        const auto values = out.read();
        const Moments m = moments(std::span<const float>(values));
        const double error = std::sqrt((fourth[s] - variance[s] * variance[s]) / n);
        EXPECT_LT(std::abs(m.mean), z_9999 * std::sqrt(variance[s] / n)) << s;
        // Bernoulli: the square of every value is α², so only the mean's own square is left.
        EXPECT_NEAR(m.variance, variance[s], z_9999 * error + 1e-6 * variance[s] + m.mean * m.mean);
    }
}

/// Kolmogorov–Smirnov against the distribution itself, confidence 99.99 %.
TEST_P(NoiseArray, HasTheRightDistribution) {
    constexpr std::size_t n = 200'000;
    Buffer<float> out(device, n);
    const auto distance = [&](NoiseShape shape, auto cumulative) {
        kernels::make_noise(device, noise_rule(shape, 0.5), 7, n, out.data());
        const auto values = out.read();
        return kolmogorov_distance({values.begin(), values.end()}, cumulative);
    };
    EXPECT_LT(distance(NoiseShape::uniform, [](double x) { return x + 0.5; }), kolmogorov_9999);
    EXPECT_LT(distance(NoiseShape::gaussian,
                       [](double x) { return 0.5 * std::erfc(-x / 0.5 / std::sqrt(2.0)); }),
              kolmogorov_9999);
}

/// Neighbours, and the same element under the next seed, are uncorrelated; confidence 99.99 % each.
TEST_P(NoiseArray, ElementsAndSeedsAreIndependent) {
    constexpr std::size_t n = 1 << 18;
    Buffer<float> out(device, n);
    kernels::make_noise(device, noise_rule(NoiseShape::gaussian, 1.0), 1000, n, out.data());
    const auto a = out.read();
    kernels::make_noise(device, noise_rule(NoiseShape::gaussian, 1.0), 1001, n, out.data());
    const auto b = out.read();
    for (const std::size_t shift : {1u, 31u, 32u, 64u, 96u, 128u}) {
        double sum = 0;
        for (std::size_t i = 0; i + shift < n; ++i) sum += double{a[i]} * double{a[i + shift]};
        EXPECT_LT(std::abs(sum / n), z_9999 / std::sqrt(n)) << shift;
    }
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += double{a[i]} * double{b[i]};
    EXPECT_LT(std::abs(sum / n), z_9999 / std::sqrt(n));
}

TEST_P(NoiseArray, IsAPrefixOfLongerNoise) {
    const auto rule = noise_rule(NoiseShape::uniform, 0.01);
    Buffer<float> all(device, 5000), some(device, 33);
    kernels::make_noise(device, rule, 5, 5000, all.data());
    kernels::make_noise(device, rule, 5, 33, some.data());
    const auto long_one = all.read(), short_one = some.read();
    EXPECT_TRUE(std::equal(short_one.begin(), short_one.end(), long_one.begin()));
}

} // namespace
} // namespace fedmrn::test
