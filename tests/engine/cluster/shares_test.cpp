// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/cluster/shares.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include <gmock/gmock.h>

namespace fedmrn::test {
namespace {

std::vector<std::uint64_t> loads(std::span<const std::uint64_t> work, std::uint32_t ranks) {
    std::vector<std::uint64_t> load(ranks);
    const auto owner = share_by_work(work, ranks);
    for (std::size_t i = 0; i < work.size(); ++i) load.at(owner.at(i)) += work[i];
    return load;
}

TEST(Shares, TheLargestPieceGoesToWhoHasLeast) {
    const std::uint64_t work[] = {2, 7, 5, 3, 3};
    EXPECT_THAT(share_by_work(work, 2), testing::ElementsAre(1, 0, 1, 1, 0)); // 7 | 5; 3; 3; 2
    EXPECT_THAT(loads(work, 2), testing::ElementsAre(10, 10));
}

TEST(Shares, EqualPiecesGoRound) {
    const std::vector<std::uint64_t> work(7, 4);
    EXPECT_THAT(share_by_work(work, 3), testing::ElementsAre(0, 1, 2, 0, 1, 2, 0));
}

TEST(Shares, ARankMayHaveNone) {
    const std::uint64_t work[] = {3};
    EXPECT_THAT(share_by_work(work, 4), testing::ElementsAre(0));
    EXPECT_TRUE(share_by_work({}, 4).empty());
}

/// Graham's bound against what no division can beat: the mean, and the largest piece.
TEST(Shares, TheBusiestHasAtMostFourThirdsOfTheBest) {
    std::mt19937 random(1);
    for (int i = 0; i < 200; ++i) {
        std::vector<std::uint64_t> work(1 + random() % 40);
        for (std::uint64_t& piece : work) piece = 1 + random() % 100;
        const std::uint32_t ranks = 1 + random() % 8;
        const auto load = loads(work, ranks);
        const std::uint64_t all = std::accumulate(work.begin(), work.end(), std::uint64_t{0});
        EXPECT_EQ(std::accumulate(load.begin(), load.end(), std::uint64_t{0}), all);
        std::vector<std::uint64_t> sorted = work;
        std::sort(sorted.rbegin(), sorted.rend());
        const std::uint64_t pair =
            sorted.size() > ranks ? sorted[ranks - 1] + sorted[ranks] : sorted.front();
        const double bound =
            std::max({static_cast<double>(all) / ranks, static_cast<double>(sorted.front()),
                      static_cast<double>(pair)});
        EXPECT_LE(static_cast<double>(*std::max_element(load.begin(), load.end())),
                  4.0 / 3 * bound + 1e-9);
    }
}

} // namespace
} // namespace fedmrn::test
