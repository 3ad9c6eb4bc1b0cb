// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "kernels/mask.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

using formula::MaskShape;
using formula::NoiseShape;
using kernels::MaskRule;

constexpr std::size_t elements = 100'000;
constexpr std::uint64_t seed = 4711;

MaskRule rule(MaskShape mask, NoiseShape noise = NoiseShape::uniform) {
    return {mask, formula::noise_rule(noise, 0.01), true, true};
}

class MaskWeights : public OnDevice {
protected:
    std::vector<float> noise(const MaskRule& r, std::uint64_t of_seed = seed) {
        Buffer<float> out(device, elements);
        kernels::make_noise(device, r.noise, of_seed, elements, out.data());
        return out.read();
    }

    /// û of one lane before local step `step` of `steps`; the global state is zero.
    std::vector<float> masked(const MaskRule& r, const std::vector<float>& update,
                              std::uint32_t step, std::uint32_t steps,
                              std::uint64_t of_seed = seed) {
        const Buffer<LaneState> states(device,
                                       std::vector<LaneState>{{of_seed, 0, 1, step, steps, 1}});
        const Buffer<float> global(device, elements), u(device, update);
        Buffer<float> weights(device, elements);
        const Buffer<formula::NoiseRule> of_round(device, std::vector{r.noise});
        MaskRule loud = r; // only the shape of this one counts
        loud.noise = formula::noise_rule(r.noise.shape, 0.9);
        kernels::mask_weights(device, loud, of_round.data(), 1, states.data(), elements,
                              global.data(), {u.data(), 0}, {weights.data(), 0});
        return weights.read();
    }
};
INSTANTIATE_TEST_SUITE_P(On, MaskWeights, ::testing::ValuesIn(kinds_under_test()), kind_name);

std::vector<float> scaled(std::vector<float> values, float factor) {
    for (float& v : values) v *= factor;
    return values;
}

/// E[S(u, n)] = clip(u, n), both masks, three noises, u/n from −1.5 to 1.5: the mean of û/n over
/// 100,000 elements, each with confidence 99.9999 % (66 looks: 99.99 % together).
TEST_P(MaskWeights, StochasticMaskingIsUnbiasedInsideTheClipRange) {
    for (const MaskShape shape : {MaskShape::binary, MaskShape::plusminus}) {
        for (const NoiseShape kind :
             {NoiseShape::uniform, NoiseShape::gaussian, NoiseShape::bernoulli}) {
            MaskRule r = rule(shape, kind);
            r.progressive = false;
            const auto n = noise(r);
            const bool is_binary = shape == MaskShape::binary;
            for (int tenth = -15; tenth <= 15; tenth += 3) {
                const auto out = masked(r, scaled(n, static_cast<float>(tenth) / 10), 0, 10);
                double mean = 0;
                for (std::size_t i = 0; i < elements; ++i) mean += double{out[i]} / double{n[i]};
                mean /= elements;
                const double expected = std::clamp(tenth / 10.0, is_binary ? 0.0 : -1.0, 1.0);
                const double variance =
                    is_binary ? expected * (1 - expected) : 1 - expected * expected;
                EXPECT_NEAR(mean, expected, z_999999 * std::sqrt(variance / elements) + 1e-6)
                    << "u/n = " << tenth << "/10, mask " << int(shape) << ", noise " << int(kind);
            }
        }
    }
}

/// Progressive masking masks τ/S of the elements (confidence 99.99 % a step) and clips the others.
TEST_P(MaskWeights, ProgressiveMaskingMasksTheRightShare) {
    for (const MaskShape shape : {MaskShape::binary, MaskShape::plusminus}) {
        const MaskRule r = rule(shape);
        const auto n = noise(r), update = scaled(n, 0.25f);
        for (const std::uint32_t tau : {1u, 3u, 5u, 9u, 10u}) {
            const auto out = masked(r, update, tau - 1, 10);
            std::size_t count = 0;
            for (std::size_t i = 0; i < elements; ++i) {
                if (out[i] == update[i]) continue;
                const float unset = shape == MaskShape::binary ? 0.0f : -n[i];
                ASSERT_TRUE(out[i] == n[i] || out[i] == unset);
                ++count;
            }
            const double share = tau / 10.0;
            EXPECT_NEAR(static_cast<double>(count) / elements, share,
                        z_9999 * std::sqrt(share * (1 - share) / elements))
                << tau;
        }
    }
}

TEST_P(MaskWeights, WhatIsNotMaskedIsClipped) {
    const MaskRule r = rule(MaskShape::binary);
    const auto n = noise(r);
    const auto above = masked(r, scaled(n, 7.0f), 0, 10),
               below = masked(r, scaled(n, -7.0f), 0, 10);
    for (std::size_t i = 0; i < elements; ++i) {
        ASSERT_EQ(above[i], n[i]); // certain bits, or clipped to n
        ASSERT_EQ(below[i], 0.0f);
    }
}

TEST_P(MaskWeights, TheLastStepIsStochasticMaskingExactly) {
    RandomValues random(3);
    const auto update = random.values(elements, 0.02);
    for (const MaskShape shape : {MaskShape::binary, MaskShape::plusminus}) {
        MaskRule plain = rule(shape);
        plain.progressive = false;
        EXPECT_TRUE(same_bits(masked(rule(shape), update, 9, 10), masked(plain, update, 9, 10)));
        EXPECT_TRUE(same_bits(masked(rule(shape), update, 0, 1), masked(plain, update, 0, 1)));
        EXPECT_FALSE(same_bits(masked(rule(shape), update, 8, 10), masked(plain, update, 8, 10)));
    }
}

TEST_P(MaskWeights, WithoutProgressEveryElementIsMaskedAtEveryStep) {
    MaskRule r = rule(MaskShape::plusminus);
    r.progressive = false;
    const auto n = noise(r);
    for (const std::uint32_t step : {0u, 4u, 9u}) {
        const auto out = masked(r, scaled(n, 0.25f), step, 10);
        for (std::size_t i = 0; i < elements; ++i) ASSERT_EQ(std::abs(out[i]), std::abs(n[i]));
    }
}

TEST_P(MaskWeights, WithoutStochasticMaskingTheBitIsProbabilityOneHalf) {
    MaskRule r = rule(MaskShape::binary);
    r.stochastic = r.progressive = false;
    const auto n = noise(r);
    const auto half = masked(r, scaled(n, 0.5f), 0, 10), less = masked(r, scaled(n, 0.49f), 3, 10);
    for (std::size_t i = 0; i < elements; ++i) {
        ASSERT_EQ(half[i], n[i]);
        ASSERT_EQ(less[i], 0.0f);
    }
    r.mask = MaskShape::plusminus;
    const std::vector<float> zero(elements, 0.0f);
    EXPECT_TRUE(same_bits(masked(r, zero, 0, 10), n)); // p = 1/2
    EXPECT_TRUE(same_bits(masked(r, scaled(n, -0.01f), 0, 10), scaled(n, -1.0f)));
}

/// Masks are drawn afresh at each step and for each client: at p = 1/2 two of them agree in half of
/// the elements (confidence 99.99 %).
TEST_P(MaskWeights, MasksAreDrawnAfresh) {
    MaskRule r = rule(MaskShape::binary, NoiseShape::bernoulli);
    r.progressive = false;
    const auto agreement = [&](const std::vector<float>& a, const std::vector<float>& b) {
        std::size_t equal = 0;
        for (std::size_t i = 0; i < elements; ++i) equal += (a[i] == 0.0f) == (b[i] == 0.0f);
        return static_cast<double>(equal) / elements;
    };
    const auto u = scaled(noise(r), 0.5f), of_other = scaled(noise(r, seed + 1), 0.5f);
    const auto first = masked(r, u, 0, 10);
    EXPECT_TRUE(same_bits(first, masked(r, u, 0, 10)));
    const double bound = z_9999 * 0.5 / std::sqrt(elements);
    EXPECT_NEAR(agreement(first, masked(r, u, 1, 10)), 0.5, bound);
    EXPECT_NEAR(agreement(first, masked(r, of_other, 0, 10, seed + 1)), 0.5, bound);
}

TEST_P(MaskWeights, AddsToTheGlobalState) {
    const MaskRule r = rule(MaskShape::plusminus);
    RandomValues random(5);
    const auto update = random.values(elements, 0.02), before = random.values(elements);
    const auto out = masked(r, update, 2, 10);
    const Buffer<LaneState> states(device, std::vector<LaneState>{{seed, 0, 1, 2, 10, 1}});
    const Buffer<float> global(device, before), u(device, update);
    Buffer<float> weights(device, elements);
    const Buffer<formula::NoiseRule> of_round(device, std::vector{r.noise});
    kernels::mask_weights(device, r, of_round.data(), 1, states.data(), elements, global.data(),
                          {u.data(), 0}, {weights.data(), 0});
    const auto sum = weights.read();
    for (std::size_t i = 0; i < elements; ++i) ASSERT_EQ(sum[i], before[i] + out[i]);
}

} // namespace
} // namespace fedmrn::test
