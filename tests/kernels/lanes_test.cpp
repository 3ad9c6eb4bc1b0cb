// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kernels/batch.hpp"
#include "kernels/lanes.hpp"
#include "kernels/mask.hpp"
#include "kernels/update.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

/// Three lanes, one of them idle, one with a short batch: bit by bit what three calls with one lane
/// each give, and the idle one's memory untouched.
constexpr std::size_t lanes = 3, elements = 1000, stride = 1003, batch = 8;

class Lanes : public OnDevice {
protected:
    Lanes() {
        RandomValues random(1);
        auto made = lane_states({8, 0, 5});
        made[0].step = 3;
        made[2].count = 21;
        made[2].step = 2; // its short batch
        states = Buffer<LaneState>(device, made);
        for (Buffer<float>* in : {&update, &weights, &gradient, &velocity}) {
            *in = Buffer<float>(device, random.values(lanes * stride, 0.01));
        }
        global = Buffer<float>(device, random.values(stride));
    }
    PerLane<const float> in(const Buffer<float>& buffer, std::size_t lane) const {
        return {buffer.data() + lane * stride, stride};
    }

    /// Runs body(first lane, lanes, its output) for all lanes at once and for one after another.
    template <class Body> void expect_equal(const Body& body) {
        Buffer<float> together(device, start), apart(device, start);
        body(0, lanes, PerLane<float>{together.data(), stride});
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            body(lane, 1, PerLane<float>{apart.data() + lane * stride, stride});
        }
        const auto all = together.read();
        EXPECT_TRUE(same_bits(all, apart.read()));
        for (std::size_t i = 0; i < stride; ++i) {
            ASSERT_EQ(all[stride + i], start[stride + i]); // the idle lane
        }
        EXPECT_NE(all, start);
        EXPECT_NE(head(all, elements), std::vector<float>(all.begin() + 2 * stride,
                                                          all.begin() + 2 * stride + elements));
        for (std::size_t lane = 0; lane < lanes; ++lane) { // past the lane's own elements
            for (std::size_t i = elements; i < stride; ++i) {
                ASSERT_EQ(all[lane * stride + i], start[lane * stride + i]);
            }
        }
    }

    Buffer<LaneState> states;
    Buffer<float> update, weights, gradient, velocity, global;
    std::vector<float> start = std::vector<float>(lanes * stride, untouched);
};
INSTANTIATE_TEST_SUITE_P(On, Lanes, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(Lanes, MaskWeights) {
    using formula::MaskShape;
    using formula::NoiseShape;
    for (const MaskShape mask : {MaskShape::binary, MaskShape::plusminus}) {
        const kernels::MaskRule rule{mask, formula::noise_rule(NoiseShape::gaussian, 0.01), true,
                                     true};
        const Buffer<formula::NoiseRule> noise(device, std::vector{rule.noise});
        expect_equal([&](std::size_t first, std::size_t count, PerLane<float> out) {
            kernels::mask_weights(device, rule, noise.data(), count, states.data() + first,
                                  elements, global.data(), in(update, first), out);
        });
    }
}

TEST_P(Lanes, AddUpdate) {
    expect_equal([&](std::size_t first, std::size_t count, PerLane<float> out) {
        kernels::add_update(device, count, states.data() + first, elements, global.data(),
                            in(update, first), out);
    });
}

TEST_P(Lanes, SgdStep) {
    start = update.read();
    const Buffer<float> lr(device, std::vector<float>{0.1f});
    for (const float momentum : {0.0f, 0.9f}) {
        const auto before = velocity.read();
        std::vector<std::vector<float>> after;
        expect_equal([&](std::size_t first, std::size_t count, PerLane<float> out) {
            if (first == 0) velocity.write(before);
            kernels::sgd_step(device, {momentum, 0.01f, true}, lr.data(), count,
                              states.data() + first, elements, in(gradient, first),
                              in(weights, first), {velocity.data() + first * stride, stride}, out);
            after.push_back(velocity.read());
        });
        EXPECT_TRUE(same_bits(after.front(), after.back()));
    }
}

TEST_P(Lanes, GatherBatch) {
    constexpr std::size_t samples = 60, size = 6;
    RandomValues random(3);
    std::vector<std::uint8_t> bytes(samples * size);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random.below(256));
    const Buffer<std::uint8_t> pixels(device, bytes);
    const Buffer<std::uint16_t> of_samples(device, random.labels(samples, 10));
    const Buffer<float> scale(device, std::vector<float>{0.1f}),
        shift(device, std::vector<float>{-3.0f});
    const kernels::SplitView split{
        pixels.data(), of_samples.data(), nullptr, scale.data(), shift.data(), size, 1, true};
    for (const Real real : {Real::f32, Real::bf16}) {
        const std::size_t lane_bytes = batch * size * size_of(real);
        Buffer<std::byte> together(device, lanes * lane_bytes), apart(device, lanes * lane_bytes);
        Buffer<std::uint16_t> labels(device, lanes * batch), labels_apart(device, lanes * batch);
        kernels::gather_batch(device, split, lanes, batch, states.data(), real, together.data(),
                              labels.data());
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            kernels::gather_batch(device, split, 1, batch, states.data() + lane, real,
                                  apart.data() + lane * lane_bytes,
                                  labels_apart.data() + lane * batch);
        }
        EXPECT_TRUE(same_bits(together.read(), apart.read()));
        EXPECT_TRUE(same_bits(labels.read(), labels_apart.read()));
        const auto all = together.read();
        for (std::size_t i = 0; i < lane_bytes; ++i) ASSERT_EQ(all[lane_bytes + i], std::byte{0});
    }
}

TEST_P(Lanes, AdvanceLanes) {
    const auto before = states.read();
    Buffer<LaneState> together(device, before), apart(device, before);
    kernels::advance_lanes(device, lanes, batch, together.data());
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        kernels::advance_lanes(device, 1, batch, apart.data() + lane);
    }
    const auto a = together.read(), b = apart.read();
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        EXPECT_EQ(a[lane].step, b[lane].step);
        EXPECT_EQ(a[lane].samples, b[lane].samples);
        EXPECT_EQ(a[lane].step, before[lane].step + (lane == 1 ? 0 : 1));
    }
}

/// Tokens: so many a sample, or as many as are counted, at most what there is room for.
TEST_P(Lanes, RowsOfLanes) {
    const auto before = states.read(); // 8, 0 and 5 samples
    Buffer<LaneState> rows(device, lanes);
    kernels::lane_rows(device, lanes, states.data(), 3, nullptr, batch, rows.data());
    const auto fixed = rows.read();
    const Buffer<std::uint32_t> counts(device, std::vector<std::uint32_t>{11, 7, 99});
    kernels::lane_rows(device, lanes, states.data(), 3, counts.data(), batch, rows.data());
    const auto counted = rows.read();
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        EXPECT_EQ(fixed[lane].samples, 3 * before[lane].samples);
        EXPECT_EQ(fixed[lane].seed, before[lane].seed);
        EXPECT_EQ(fixed[lane].step, before[lane].step);
    }
    EXPECT_EQ(counted[0].samples, 11u);
    EXPECT_EQ(counted[1].samples, 0u); // idle
    EXPECT_EQ(counted[2].samples, 3 * batch);
}

TEST_P(Lanes, AddMetrics) {
    const std::vector<LaneMetrics> part{{1.5, 2, 3}, {}, {4.0, 5, 6}};
    const std::vector<LaneMetrics> start_of_all{{1, 1, 1}, {2, 2, 2}, {3, 3, 3}};
    Buffer<LaneMetrics> from(device, part), to(device, start_of_all);
    kernels::add_metrics(device, lanes, {0.5f, true, false}, from.data(), to.data());
    const auto half = to.read();
    from.write(part);
    kernels::add_metrics(device, lanes, {0.0f, false, true}, from.data(), to.data());
    const auto counted = to.read(), left = from.read();
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        EXPECT_EQ(half[lane].sum, start_of_all[lane].sum + 0.5 * part[lane].sum);
        EXPECT_EQ(half[lane].hits, start_of_all[lane].hits + part[lane].hits);
        EXPECT_EQ(half[lane].rows, start_of_all[lane].rows);
        EXPECT_EQ(counted[lane].sum, half[lane].sum);
        EXPECT_EQ(counted[lane].hits, half[lane].hits);
        EXPECT_EQ(counted[lane].rows, start_of_all[lane].rows + part[lane].rows);
        EXPECT_EQ(left[lane].sum, 0.0);
        EXPECT_EQ(left[lane].hits + left[lane].rows, 0u);
    }
}

} // namespace
} // namespace fedmrn::test
