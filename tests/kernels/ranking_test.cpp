// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/ranking.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(Ranking);

constexpr std::size_t batch = 40;

/// Rows of a lane whose label would be among the first k of a stable sort by falling logit.
std::uint64_t sorted_hits(const std::vector<float>& z, const std::vector<std::uint16_t>& labels,
                          std::size_t first, std::size_t rows, std::size_t classes, std::size_t k) {
    std::uint64_t hits = 0;
    for (std::size_t row = first; row < first + rows; ++row) {
        std::vector<std::uint16_t> order(classes);
        for (std::size_t c = 0; c < classes; ++c) order[c] = static_cast<std::uint16_t>(c);
        std::stable_sort(order.begin(), order.end(), [&](std::uint16_t a, std::uint16_t b) {
            return z[row * classes + a] > z[row * classes + b];
        });
        order.resize(std::min(k, classes));
        hits += std::find(order.begin(), order.end(), labels[row]) != order.end();
    }
    return hits;
}

/// Against sorting; logits of few values, so that many are equal. Three lanes, one idle, short
/// batches, more rows and classes than a block has warps and threads of a warp.
TEST_P(Ranking, CountsLabelsAmongTheFirst) {
    const std::vector<std::uint32_t> samples{batch - 3, 0, 13};
    for (const std::size_t classes : {1, 2, 10, 33, 100}) {
        RandomValues random(static_cast<std::uint32_t>(classes));
        std::vector<float> z = random.values(3 * batch * classes, 3.0);
        for (float& v : z) v = std::round(v);
        const auto labels = random.labels(3 * batch, classes);
        const Buffer<LaneState> states = lanes_of(device, samples);
        const Buffer<float> logits(device, z);
        const Buffer<std::uint16_t> of_rows(device, labels);
        for (const std::size_t k : {1, 2, 5, 64}) {
            Buffer<LaneMetrics> tallies(device, std::vector<LaneMetrics>(3, {0.5, 7, 9}));
            kernels::count_top_k(device, 3, batch, classes, k, states.data(), logits.data(),
                                 of_rows.data(), tallies.data());
            const auto found = tallies.read();
            for (std::size_t lane = 0; lane < 3; ++lane) {
                const std::uint64_t hits =
                    sorted_hits(z, labels, lane * batch, samples[lane], classes, k);
                EXPECT_EQ(found[lane].hits, 7 + hits) << classes << ", " << k << ", " << lane;
                EXPECT_EQ(found[lane].rows, 9u + samples[lane]);
                EXPECT_EQ(found[lane].sum, 0.5);
            }
        }
    }
}

/// What diverged is not right: neither as the label's logit nor beside it.
TEST_P(Ranking, NotANumberIsNoHit) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const Buffer<LaneState> states = lanes_of(device, {3});
    const Buffer<float> logits(device, std::vector<float>{nan, 1, 2, 5, nan, 1, nan, nan, nan});
    const Buffer<std::uint16_t> labels(device, std::vector<std::uint16_t>{0, 0, 2});
    for (const std::size_t k : {1, 2, 3}) {
        Buffer<LaneMetrics> tallies(device, 1);
        kernels::count_top_k(device, 1, 3, 3, k, states.data(), logits.data(), labels.data(),
                             tallies.data());
        EXPECT_EQ(tallies.read()[0].hits, k == 1 ? 0u : k == 2 ? 1u : 3u) << k;
    }
}

} // namespace
} // namespace fedmrn::test
