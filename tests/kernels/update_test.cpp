// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kernels/update.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(Update);

/// Two steps by hand, in numbers that floats hold: η = 1/2, µ = 1/2, λ = 1/4; w = 4 at first.
///   g + λw = 1 + 1 = 2,       v = 2,              u = 0 − 1       = −1
///   g + λw = 1 + 3/4 = 7/4,   v = 1 + 7/4 = 11/4, u = −1 − 11/8   = −19/8
TEST_P(Update, MomentumAndDecayOfWeightsAreHandCheckable) {
    const Buffer<float> lr(device, std::vector<float>{0.5f});
    const Buffer<LaneState> states(device, std::vector<LaneState>{{0, 0, 1, 0, 2, 1}});
    const Buffer<float> gradient(device, std::vector<float>{1.0f}),
        global(device, std::vector<float>{4.0f});
    Buffer<float> weights(device, 1), velocity(device, 1), update(device, 1);
    const auto step = [&] {
        kernels::add_update(device, 1, states.data(), 1, global.data(), {update.data(), 1},
                            {weights.data(), 1});
        kernels::sgd_step(device, {0.5f, 0.25f, true}, lr.data(), 1, states.data(), 1,
                          {gradient.data(), 1}, {weights.data(), 1}, {velocity.data(), 1},
                          {update.data(), 1});
    };
    step();
    EXPECT_EQ(velocity.read()[0], 2.0f);
    EXPECT_EQ(update.read()[0], -1.0f);
    step();
    EXPECT_EQ(weights.read()[0], 3.0f);
    EXPECT_EQ(velocity.read()[0], 2.75f);
    EXPECT_EQ(update.read()[0], -2.375f);
}

/// The same with decay of the update: u = −1/2 (no decay of 0), then g + λu = 1 − 1/8 = 7/8.
TEST_P(Update, DecayOfTheUpdateIsHandCheckable) {
    const Buffer<float> lr(device, std::vector<float>{0.5f});
    const Buffer<LaneState> states(device, std::vector<LaneState>{{0, 0, 1, 0, 2, 1}});
    const Buffer<float> gradient(device, std::vector<float>{1.0f}),
        weights(device, std::vector<float>{4.0f});
    Buffer<float> update(device, 1);
    for (const float expected : {-0.5f, -0.9375f}) {
        kernels::sgd_step(device, {0.0f, 0.25f, false}, lr.data(), 1, states.data(), 1,
                          {gradient.data(), 1}, {weights.data(), 1}, {nullptr, 0},
                          {update.data(), 1});
        EXPECT_EQ(update.read()[0], expected);
    }
}

TEST_P(Update, PlainStepIsOneMultiplicationAndOneSubtraction) {
    const Buffer<float> lr(device, std::vector<float>{0.1f});
    RandomValues random(1);
    const auto g = random.values(1000), u = random.values(1000), w = random.values(1000);
    const Buffer<LaneState> states(device, std::vector<LaneState>{{0, 0, 1, 0, 1, 1}});
    const Buffer<float> gradient(device, g), weights(device, w);
    Buffer<float> update(device, u);
    kernels::sgd_step(device, {0.0f, 0.0f, true}, lr.data(), 1, states.data(), 1000,
                      {gradient.data(), 0}, {weights.data(), 0}, {nullptr, 0}, {update.data(), 0});
    const auto after = update.read();
    for (std::size_t i = 0; i < 1000; ++i) {
        const volatile float product = 0.1f * g[i]; // rounded, whatever the flags of this file
        ASSERT_EQ(after[i], u[i] - product);
    }
}

/// The rate is where the device finds it: a step that was recorded follows what is written there.
TEST_P(Update, ARecordedStepFollowsTheRate) {
    const Buffer<LaneState> states(device, std::vector<LaneState>{{.samples = 1}});
    const Buffer<float> gradient(device, std::vector<float>{1}), weights(device, 1);
    Buffer<float> update(device, 1), lr(device, std::vector<float>{0.5f});
    const auto step = [&] {
        kernels::sgd_step(device, {}, lr.data(), 1, states.data(), 1, {gradient.data(), 0},
                          {weights.data(), 0}, {nullptr, 0}, {update.data(), 0});
    };
    step();
    const auto recording = device.record(step);
    lr.write(std::vector<float>{0.25f});
    recording->replay();
    EXPECT_EQ(update.read()[0], -0.75f);
}

/// v ← µv + mean, global ← global + η·v: 3 + ½·(½·2 + 4) = 5.5, then v = 6.5.
TEST_P(Update, ServerStepIsHandCheckable) {
    const Buffer<double> mean(device, std::vector<double>{4.0});
    Buffer<double> velocity(device, std::vector<double>{2.0});
    Buffer<float> global(device, std::vector<float>{3.0f});
    kernels::server_step(device, 0.5, 0.5, 1, mean.data(), velocity.data(), global.data());
    EXPECT_EQ(velocity.read()[0], 5.0);
    EXPECT_EQ(global.read()[0], 5.5f);
    kernels::server_step(device, 0.5, 0.5, 1, mean.data(), velocity.data(), global.data());
    EXPECT_EQ(velocity.read()[0], 6.5);
    EXPECT_EQ(global.read()[0], 8.75f);
    kernels::server_step(device, 1.0, 0.0, 1, mean.data(), nullptr, global.data());
    EXPECT_EQ(global.read()[0], 12.75f);
}

/// β1 = 1/2, β2 = 3/4, τ = 1: every number is exact.
TEST_P(Update, AdaptiveServerStepIsHandCheckable) {
    const std::vector<double> mean{4, 2, 1};
    for (const bool yogi : {false, true}) {
        const formula::AdaptiveRule rule{3.0, 0.5, 0.75, 1.0, yogi};
        const Buffer<double> change(device, mean);
        Buffer<double> m(device, std::vector<double>{2, 2, 1}),
            v(device, std::vector<double>{0, 4, 4});
        Buffer<float> global(device, std::vector<float>{1, 1, 1});
        kernels::adaptive_server_step(device, rule, 3, change.data(), m.data(), v.data(),
                                      global.data());
        EXPECT_EQ(m.read(), (std::vector<double>{3, 2, 1}));
        // Adam: 3/4 · v + 1/4 · Δ². Yogi: v moves by 1/4 · Δ² towards Δ².
        EXPECT_EQ(v.read(),
                  yogi ? (std::vector<double>{4, 4, 3.75}) : (std::vector<double>{4, 4, 3.25}));
        EXPECT_EQ(global.read()[0], 4.0f); // 1 + 3 · 3 / (2 + 1)
        EXPECT_EQ(global.read()[1], 3.0f); // 1 + 3 · 2 / (2 + 1)
        EXPECT_EQ(global.read()[2],
                  static_cast<float>(1 + 3 / (std::sqrt(yogi ? 3.75 : 3.25) + 1)));
    }
}

/// FedProx: the gradient of ρ/2 · ‖u‖² comes on top of the decay, before momentum.
TEST_P(Update, TheProximalTermPullsTheUpdate) {
    const Buffer<float> lr(device, std::vector<float>{0.5f});
    const Buffer<LaneState> states(device, std::vector<LaneState>{{.samples = 1}});
    const Buffer<float> gradient(device, std::vector<float>{1}),
        weights(device, std::vector<float>{8});
    for (const float momentum : {0.0f, 0.5f}) {
        Buffer<float> velocity(device, std::vector<float>{2}),
            update(device, std::vector<float>{4});
        const kernels::SgdRule rule{momentum, 0.25f, true, 0.125f};
        kernels::sgd_step(device, rule, lr.data(), 1, states.data(), 1, {gradient.data(), 0},
                          {weights.data(), 0}, {velocity.data(), 0}, {update.data(), 0});
        // 1 + 8/4 + 4/8 = 3.5, with momentum 2/2 more.
        EXPECT_EQ(update.read()[0], momentum == 0 ? 2.25f : 1.75f);
    }
}

TEST_P(Update, ServerStepRoundsOnce) {
    const Buffer<double> mean(device, std::vector<double>{0x1p-24 + 0x1p-50});
    Buffer<float> global(device, std::vector<float>{1.0f});
    kernels::server_step(device, 1.0, 0.0, 1, mean.data(), nullptr, global.data());
    EXPECT_EQ(global.read()[0], 1.0f + 0x1p-23f); // just above the tie that 2⁻²⁴ alone would be
}

} // namespace
} // namespace fedmrn::test
