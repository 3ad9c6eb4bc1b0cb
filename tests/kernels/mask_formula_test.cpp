// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "kernels/formula/mask.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::formula {
namespace {

constexpr auto binary = MaskShape::binary, plusminus = MaskShape::plusminus;
constexpr float infinity = std::numeric_limits<float>::infinity();

template <class Body> void for_pairs(const Body& body) {
    test::RandomValues random(1);
    for (int i = 0; i < 200'000; ++i) {
        float noise = random.value(0.01);
        noise = std::abs(noise) < 1e-8f ? 1e-8f : noise;
        body(random.value(0.03), noise);
    }
}

/// p = clip(u/n, 0, 1) and clip((u/n + 1)/2, 0, 1), rounded down to a multiple of 2⁻²⁴ after float
/// arithmetic that errs by two roundings, 2⁻²³ of p at most.
TEST(Mask, ProbabilityIsTheSpecifications) {
    for_pairs([](float u, float n) {
        const double ratio = static_cast<double>(u) / static_cast<double>(n);
        const double p = std::clamp(ratio, 0.0, 1.0), q = std::clamp((ratio + 1) / 2, 0.0, 1.0);
        ASSERT_NEAR(keep_probability<binary>(u, n) * 0x1p-24, p, 0x1p-22);
        ASSERT_NEAR(keep_probability<plusminus>(u, n) * 0x1p-24, q, 0x1p-22);
    });
}

TEST(Mask, ProbabilityOfEdgesIsExact) {
    for (const float n : {0.01f, -0.01f, 1e-8f, 1.0f}) {
        EXPECT_EQ(keep_probability<binary>(0.0f, n), 0u);
        EXPECT_EQ(keep_probability<binary>(n, n), certain);
        EXPECT_EQ(keep_probability<binary>(n / 2, n), certain / 2);
        EXPECT_EQ(keep_probability<binary>(-n, n), 0u);
        EXPECT_EQ(keep_probability<plusminus>(0.0f, n), certain / 2);
        EXPECT_EQ(keep_probability<plusminus>(n, n), certain);
        EXPECT_EQ(keep_probability<plusminus>(-n, n), 0u);
        const float up = std::copysign(infinity, n);
        EXPECT_EQ(keep_probability<binary>(up, n), certain);
        EXPECT_EQ(keep_probability<plusminus>(-up, n), 0u);
        EXPECT_EQ(keep_probability<binary>(std::nanf(""), n), 0u);
        EXPECT_EQ(keep_probability<plusminus>(std::nanf(""), n), 0u);
    }
}

/// Binary: between 0 and n; signed: between −|n| and |n|. Inside the range u is left bit for bit.
TEST(Mask, ClipIsTheSpecifications) {
    for_pairs([](float u, float n) {
        ASSERT_EQ(clip_update<binary>(u, n), std::clamp(u, std::min(n, 0.0f), std::max(n, 0.0f)));
        ASSERT_EQ(clip_update<plusminus>(u, n), std::clamp(u, -std::abs(n), std::abs(n)));
    });
    EXPECT_EQ(clip_update<binary>(-5.0f, -0.01f), -0.01f);
    EXPECT_EQ(clip_update<binary>(5.0f, -0.01f), 0.0f);
    EXPECT_EQ(clip_update<plusminus>(-infinity, -0.01f), -0.01f);
}

TEST(Mask, BitMultipliesTheNoise) {
    EXPECT_EQ(masked_noise<binary>(true, -0.5f), -0.5f);
    EXPECT_EQ(masked_noise<binary>(false, -0.5f), 0.0f);
    EXPECT_EQ(masked_noise<plusminus>(true, -0.5f), -0.5f);
    EXPECT_EQ(masked_noise<plusminus>(false, -0.5f), 0.5f);
}

/// A stochastic bit is set for exactly p · 2²⁴ of the 2²⁴ draws; a certain one for all, an
/// impossible one for none.
TEST(Mask, StochasticBitCountsItsDraws) {
    for (const std::uint32_t p : {0u, 1u, 12'345u, certain / 2, certain - 1, certain}) {
        std::uint32_t set = 0;
        for (std::uint32_t draw = 0; draw < certain; ++draw) set += mask_bit(p, draw << 8, true);
        EXPECT_EQ(set, p);
    }
}

TEST(Mask, DeterministicBitIsSetFromOneHalfOn) {
    for (const std::uint32_t word : {0u, ~0u}) {
        EXPECT_FALSE(mask_bit(certain / 2 - 1, word, false));
        EXPECT_TRUE(mask_bit(certain / 2, word, false));
        EXPECT_TRUE(mask_bit(certain, word, false));
        EXPECT_FALSE(mask_bit(0, word, false));
    }
}

TEST(Mask, ProgressIsTheShareOfStepsDone) {
    EXPECT_EQ(progress(1, 1), certain);
    EXPECT_EQ(progress(10, 10), certain);
    EXPECT_EQ(progress(5, 10), certain / 2);
    EXPECT_EQ(progress(1, 3), certain / 3);
    EXPECT_EQ(progress(~0u, ~0u), certain);
}

/// Counts over all 2²⁴ draws: masked in τ/S of them, the bit set in p · τ/S, clipped in the rest;
/// so bit and choice are independent, to 2⁻²⁴.
TEST(Mask, ProgressiveDrawsHaveTheRightJointDistribution) {
    const float n = -0.01f, u = 0.3f * n;
    const std::uint32_t p = keep_probability<binary>(u, n), share = progress(4, 10);
    std::uint32_t set = 0, unset = 0, clipped = 0;
    for (std::uint32_t draw = 0; draw < certain; ++draw) {
        const float value = progressive_update<binary>(u, n, draw << 8, share, true);
        ++(value == n ? set : value == 0.0f ? unset : clipped);
        ASSERT_TRUE(value == n || value == 0.0f || value == u);
    }
    EXPECT_EQ(set + unset, share);
    EXPECT_EQ(clipped, certain - share);
    EXPECT_EQ(set, static_cast<std::uint32_t>(std::uint64_t{p} * share >> 24));
}

TEST(Mask, ProgressiveAtTheLastStepIsStochasticMasking) {
    test::RandomValues random(2);
    for_pairs([&](float u, float n) {
        const auto word = static_cast<std::uint32_t>(random.word());
        for (const bool stochastic : {true, false}) {
            ASSERT_EQ(progressive_update<binary>(u, n, word, certain, stochastic),
                      masked_noise<binary>(
                          mask_bit(keep_probability<binary>(u, n), word, stochastic), n));
            ASSERT_EQ(progressive_update<plusminus>(u, n, word, certain, stochastic),
                      masked_noise<plusminus>(
                          mask_bit(keep_probability<plusminus>(u, n), word, stochastic), n));
        }
    });
}

} // namespace
} // namespace fedmrn::formula
