// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/prune.hpp"

#include <bit>

#include <gtest/gtest.h>

#include "kernels/update.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

using formula::MergeRule;

FEDMRN_ON_DEVICES(Prune);

/// Of active lanes alone, where the global weight is 0 of either sign, and not where it is tiny.
TEST_P(Prune, StopsTheGradientOfWhatIsZero) {
    RandomValues random(1);
    const std::size_t n = 5000, stride = n + 3, lanes = 3;
    std::vector<float> weights = random.values(n), gradients = random.values(lanes * stride);
    for (std::size_t i = 0; i < n; i += 7) weights[i] = i % 2 == 0 ? 0.0f : -0.0f;
    weights[1] = 1e-45f;
    const Buffer<LaneState> states = lanes_of(device, {8, 0, 5});
    const Buffer<float> global(device, weights);
    Buffer<float> gradient(device, gradients);
    kernels::stop_pruned(device, lanes, states.data(), n, global.data(), {gradient.data(), stride});
    const auto after = gradient.read();
    for (std::size_t l = 0; l < lanes; ++l) {
        for (std::size_t i = 0; i < stride; ++i) {
            const bool stopped = l != 1 && i < n && i % 7 == 0;
            ASSERT_EQ(after[l * stride + i], stopped ? 0.0f : gradients[l * stride + i]);
        }
    }
}

/// Clients' kept weights by the rules in float64, and the server's step, which must end at the
/// merged weight itself: exactly 0 where it is pruned.
TEST_P(Prune, MergesByEachRuleExactly) {
    RandomValues random(2);
    const std::size_t n = 3001, clients = 4, each = (n + 31) / 32;
    const std::uint64_t samples[clients] = {100, 300, 250, 150}; // 800
    std::vector<std::uint32_t> words(clients * each);
    std::vector<float> values(clients * n, 0.0f);
    std::vector<float> start = random.values(n, 0.1);
    for (std::size_t i = 0; i < n; ++i) {
        if (i % 5 == 0) start[i] *= 1e-10f; // off the grid of fixed values
        for (std::size_t c = 0; c < clients; ++c) {
            if (i % 16 >> c & 1) {
                words[c * each + i / 32] |= 1u << i % 32;
                values[c * n + i] = random.value(i % 3 == 0 ? 1e-6 : 1.0);
            }
        }
    }
    const Buffer<std::uint32_t> selected(device, words);
    const Buffer<float> dense(device, values);
    std::vector<kernels::KeptWeights> kept_by;
    std::vector<kernels::DenseValues> of;
    for (std::size_t c = 0; c < clients; ++c) {
        kept_by.push_back({selected.data() + c * each, samples[c]});
        of.push_back({dense.data() + c * n, samples[c]});
    }
    Buffer<formula::Wide> sum(device, n);
    kernels::aggregate_dense(device, of, n, sum.data());
    Buffer<std::uint64_t> kept(device, n);
    kernels::count_kept(device, kept_by, n, kept.data());
    const auto weights_of = kept.read();
    for (const MergeRule rule : {MergeRule::average, MergeRule::nonzero, MergeRule::majority}) {
        Buffer<float> global(device, start);
        Buffer<double> mean(device, n);
        kernels::merge_kept(device, rule, n, sum.data(), kept.data(), 800, global.data(),
                            mean.data());
        kernels::server_step(device, 1.0, 0.0, n, mean.data(), nullptr, global.data());
        const auto merged = global.read();
        for (std::size_t i = 0; i < n; ++i) {
            double total = 0, weight = 0;
            for (std::size_t c = 0; c < clients; ++c) {
                const bool here = i % 16 >> c & 1;
                weight += here ? static_cast<double>(samples[c]) : 0;
                total += static_cast<double>(samples[c]) * double{values[c * n + i]};
            }
            ASSERT_EQ(static_cast<double>(weights_of[i]), weight);
            double expected = total / 800;
            if (rule == MergeRule::nonzero) expected = weight == 0 ? 0 : total / weight;
            if (rule == MergeRule::majority && weight < 400) expected = 0;
            if (expected == 0) {
                ASSERT_EQ(merged[i], 0.0f) << i;
            } else {
                ASSERT_NEAR(merged[i], expected, 0x1p-39 + 0x1p-24 * std::abs(expected)) << i;
            }
        }
        // A half is a majority: 100 + 300 of 800.
        EXPECT_NE(merged[3], 0.0f);
    }
}

/// For any pair of weights on the fixed grid, however far apart: the step's end is the merged one.
TEST_P(Prune, TheWayLeadsToTheMergedWeight) {
    RandomValues random(3);
    for (int trial = 0; trial < 100000; ++trial) {
        const auto on_grid = [&] {
            const auto grid = static_cast<std::int64_t>(random.word()) >> (12 + random.below(50));
            return static_cast<float>(static_cast<double>(grid) * 0x1p-40); // below 2¹²
        };
        const float merged = on_grid();
        const float global = trial % 2 == 0 ? on_grid() : random.value(std::pow(0.1, trial % 30));
        const double end = static_cast<double>(global) + formula::way_to(merged, global);
        ASSERT_EQ(static_cast<float>(end), merged);
    }
}

} // namespace
} // namespace fedmrn::test
