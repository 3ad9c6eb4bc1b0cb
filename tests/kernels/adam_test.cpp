// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "kernels/adam.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(Adam);

/// β1 = 1/2, β2 = 3/4, ε = 1/2, where every number of the first step is exact: m = 1, m̂ = 2;
/// v = 1, v̂ = 4; 2 / (2 + 1/2) = 0.8, and of a gradient of 0 nothing.
TEST_P(Adam, TheFirstStepIsHandCheckable) {
    const Buffer<LaneState> states(device, std::vector<LaneState>{{.samples = 1}});
    Buffer<float> m(device, 3), v(device, 3), g(device, std::vector<float>{2, -2, 0});
    kernels::adam_direction(device, {0.5, 0.75, 0.5}, 1, states.data(), 3, {m.data(), 0},
                            {v.data(), 0}, {g.data(), 0});
    EXPECT_EQ(m.read(), (std::vector<float>{1, -1, 0}));
    EXPECT_EQ(v.read(), (std::vector<float>{1, 1, 0}));
    EXPECT_EQ(g.read(), (std::vector<float>{0.8f, -0.8f, 0}));
}

/// Twelve steps of three lanes against float64's textbook form, one of them idle, one three steps
/// ahead of the other; nothing outside of the elements is touched.
TEST_P(Adam, StepsAreThoseOfTheTextbook) {
    constexpr std::size_t size = 1000, stride = size + 7;
    const formula::AdamRule rule;
    auto at = lane_states({5, 0, 7});
    Buffer<float> m(device, 3 * stride), v(device, 3 * stride);
    std::vector<double> first(3 * stride), second(3 * stride);
    RandomValues random(1);
    for (std::uint32_t step = 0; step < 12; ++step) {
        at[0].step = step;
        at[2].samples = step < 3 ? 0 : 7;
        at[2].step = step - 3;
        const Buffer<LaneState> states(device, at);
        const auto gradient = random.values(3 * stride, step % 5 == 4 ? 1e-7 : 1e-3);
        Buffer<float> g(device, gradient);
        kernels::adam_direction(device, rule, 3, states.data(), size, {m.data(), stride},
                                {v.data(), stride}, {g.data(), stride});
        const auto found = g.read();
        for (std::size_t i = 0; i < found.size(); ++i) {
            const LaneState& lane = at[i / stride];
            if (lane.samples == 0 || i % stride >= size) {
                ASSERT_EQ(found[i], gradient[i]);
                continue;
            }
            const double x = double{gradient[i]}, t = lane.step + 1.0;
            first[i] = 0.9 * first[i] + 0.1 * x;
            second[i] = 0.999 * second[i] + 0.001 * x * x;
            const double mean = first[i] / (1 - std::pow(0.9, t));
            const double size_of = std::sqrt(second[i] / (1 - std::pow(0.999, t))) + 1e-8;
            ASSERT_NEAR(double{found[i]}, mean / size_of, 1e-5) << step << ' ' << i;
        }
    }
    const auto moments = m.read();
    for (std::size_t i = 0; i < moments.size(); ++i)
        ASSERT_EQ(moments[i] != 0.0f, i / stride != 1 && i % stride < size) << i;
}

/// However small gradients are, as those of scores, a first step is one of their sign.
TEST_P(Adam, DoesNotAskHowLargeGradientsAre) {
    const Buffer<LaneState> states(device, std::vector<LaneState>{{.samples = 1}});
    for (const float size : {1e-5f, 1.0f, 1e5f}) {
        Buffer<float> m(device, 2), v(device, 2), g(device, std::vector<float>{size, -3 * size});
        kernels::adam_direction(device, {}, 1, states.data(), 2, {m.data(), 0}, {v.data(), 0},
                                {g.data(), 0});
        EXPECT_NEAR(g.read()[0], 1.0f, 2e-3f) << size;
        EXPECT_NEAR(g.read()[1], -1.0f, 2e-3f) << size;
    }
}

TEST(AdamFormula, PowersAreThose) {
    EXPECT_EQ(formula::power(0.9, 0), 1.0);
    EXPECT_EQ(formula::power(0.9, 1), 0.9);
    for (const std::uint32_t n : {2u, 3u, 10u, 999u, 100'000u})
        EXPECT_NEAR(formula::power(0.999, n) / std::pow(0.999, n), 1.0, n * 0x1p-52) << n;
}

} // namespace
} // namespace fedmrn::test
