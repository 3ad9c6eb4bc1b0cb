// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kernels/lanes.hpp"
#include "kernels/update.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

constexpr std::size_t lanes = 70, trainable = 300, state = 311, variables = 315, stride = 320;

FEDMRN_ON_DEVICES(StartLanes);

/// More lanes start at once than one launch takes as arguments; every third goes on as it was.
TEST_P(StartLanes, SetsThoseThatBeginAndLeavesTheOthers) {
    RandomValues random(1);
    const auto old = random.values(lanes * stride), start = random.values(state);
    Buffer<float> update(device, old), velocity(device, old), weights(device, old);
    const Buffer<float> global(device, start);
    Buffer<LaneState> states(device, std::vector<LaneState>(lanes, {.seed = 99, .step = 5}));
    Buffer<LaneMetrics> metrics(
        device, std::vector<LaneMetrics>(lanes, {.sum = 3.5, .hits = 2, .rows = 1}));
    std::vector<kernels::LaneStart> starts;
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
        if (lane % 3 != 1) {
            starts.push_back(
                {lane, {.seed = 7 + lane, .first = lane, .count = 20, .steps = 4, .samples = 8}});
        }
    }
    kernels::start_lanes(device, starts,
                         {states.data(),
                          metrics.data(),
                          {update.data(), stride},
                          {velocity.data(), stride},
                          {weights.data(), stride},
                          variables},
                         global.data(), trainable, state);
    const auto s = states.read();
    const auto m = metrics.read();
    const auto u = update.read(), v = velocity.read(), w = weights.read();
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const bool begins = lane % 3 != 1;
        EXPECT_EQ(s[lane].seed, begins ? 7 + lane : 99u);
        EXPECT_EQ(s[lane].step, begins ? 0u : 5u);
        EXPECT_EQ(s[lane].first, begins ? lane : 0u);
        EXPECT_EQ(m[lane].sum, begins ? 0.0 : 3.5);
        EXPECT_EQ(m[lane].hits, begins ? 0u : 2u);
        for (std::size_t i = 0; i < stride; ++i) {
            const std::size_t at = lane * stride + i;
            ASSERT_EQ(u[at], begins && i < variables ? 0.0f : old[at]) << lane << " " << i;
            ASSERT_EQ(v[at], u[at]);
            const bool statistic = begins && i >= trainable && i < state;
            ASSERT_EQ(w[at], statistic ? start[i] : old[at]) << lane << " " << i;
        }
    }
}

TEST_P(StartLanes, WorksWithoutVelocityAndWithoutClients) {
    Buffer<float> update(device, std::vector<float>(stride, 1.0f)), weights(device, stride);
    const Buffer<float> global(device, state);
    Buffer<LaneState> states(device, 1);
    Buffer<LaneMetrics> metrics(device, 1);
    const kernels::LaneArrays arrays{
        states.data(), metrics.data(), {update.data(), stride}, {}, {weights.data(), stride}, 1};
    kernels::start_lanes(device, {}, arrays, global.data(), trainable, state);
    EXPECT_EQ(update.read()[0], 1.0f);
    const kernels::LaneStart one{0, {.seed = 3}};
    kernels::start_lanes(device, {&one, 1}, arrays, global.data(), trainable, state);
    EXPECT_EQ(update.read()[0], 0.0f);
    EXPECT_EQ(states.read()[0].seed, 3u);
}

FEDMRN_ON_DEVICES(StateChanges);

/// Updates where they are trained, differences where they are statistics, from any first element.
TEST_P(StateChanges, AreUpdatesThenDifferences) {
    constexpr std::size_t clients = 70;
    RandomValues random(2);
    const auto start = random.values(state);
    const Buffer<float> global(device, start);
    const auto u = random.values(clients * trainable), w = random.values(clients * state);
    const Buffer<float> update(device, u), weights(device, w);
    for (const std::size_t first : {std::size_t{0}, std::size_t{130}, trainable}) {
        const std::size_t each = state - first;
        Buffer<float> change(device, clients * each);
        std::vector<kernels::ChangeSource> sources;
        for (std::size_t k = 0; k < clients; ++k) {
            sources.push_back({update.data() + k * trainable, weights.data() + k * state,
                               change.data() + k * each});
        }
        kernels::state_changes(device, sources, global.data(), first, trainable, state);
        const auto made = change.read();
        for (std::size_t k = 0; k < clients; ++k) {
            for (std::size_t i = first; i < state; ++i) {
                const float expected =
                    i < trainable ? u[k * trainable + i] : w[k * state + i] - start[i];
                ASSERT_EQ(made[k * each + i - first], expected) << k << " " << i;
            }
        }
    }
}

FEDMRN_ON_DEVICES(LargestMagnitude);

TEST_P(LargestMagnitude, IsThatOfTheFarthestFromZero) {
    auto values = RandomValues(3).values(10'001);
    values[7777] = -3.25f;
    EXPECT_EQ(kernels::largest_magnitude(device, values.size(), Buffer(device, values).data()),
              3.25f);
    EXPECT_LT(kernels::largest_magnitude(device, 7777, Buffer(device, values).data()), 3.25f);
    EXPECT_EQ(kernels::largest_magnitude(device, 0, Buffer(device, values).data()), 0.0f);
}

TEST_P(LargestMagnitude, IsInfiniteForWhatIsNoNumber) {
    for (const float odd : {NAN, -NAN, INFINITY, -INFINITY}) {
        auto values = RandomValues(4).values(5000);
        values[4321] = odd;
        EXPECT_EQ(kernels::largest_magnitude(device, values.size(), Buffer(device, values).data()),
                  INFINITY);
    }
}

} // namespace
} // namespace fedmrn::test
