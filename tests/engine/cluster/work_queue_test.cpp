// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/cluster/work_queue.hpp"

#include <numeric>
#include <thread>

#include <gmock/gmock.h>

#include "engine/cluster/exchange.hpp"
#include "tests/support/thread_ranks.hpp"

namespace fedmrn::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::size_t> pieces_of(std::size_t count) {
    std::vector<std::size_t> pieces(count);
    std::iota(pieces.begin(), pieces.end(), std::size_t{0});
    return pieces;
}

std::vector<std::size_t> all_of(WorkQueue& queue) {
    std::vector<std::size_t> found;
    while (const auto piece = queue.next()) found.push_back(*piece);
    return found;
}

TEST(Deal, IsThereAndBackAndLeavesTheRest) {
    const auto pieces = pieces_of(8);
    ThreadRanks::run(3, [&](const std::shared_ptr<Communicator>& ranks) {
        const WorkDivision two = deal(pieces, *ranks, 2);
        const std::size_t r = ranks->rank();
        EXPECT_THAT(two.own, ElementsAre(r, 5 - r));
        EXPECT_THAT(two.shared, ElementsAre(6, 7));
        EXPECT_EQ(deal(pieces, *ranks, 9).own, two.own); // no third for all
        EXPECT_THAT(deal(std::span(pieces).first(2), *ranks, 1).own, IsEmpty());
    });
    EXPECT_EQ(deal(pieces, *alone(), 8).own, pieces);
}

TEST(WorkQueue, AloneItIsAList) {
    const auto ranks = alone();
    WorkQueue queue(*ranks, {{4, 2}, {}});
    EXPECT_THAT(all_of(queue), ElementsAre(4, 2));
    WorkQueue shared(*ranks, {{4}, {2, 7}}); // which is asked of a counter
    EXPECT_THAT(all_of(shared), ElementsAre(4, 2, 7));
}

/// Every piece goes to one lane of one rank, round after round, however the ranks and their lanes
/// meet; no counter is set back between.
TEST(WorkQueue, NobodyDoesAPieceTwiceInAnyRound) {
    constexpr std::size_t rounds = 50, count = 23;
    ThreadRanks::run(3, [&](const std::shared_ptr<Communicator>& ranks) {
        for (std::size_t round = 0; round < rounds; ++round) {
            WorkQueue queue(*ranks, deal(pieces_of(count), *ranks, 2));
            std::vector<std::uint64_t> done(count);
            std::vector<std::size_t> of_lane[2];
            {
                std::vector<std::jthread> lanes;
                for (auto& found : of_lane)
                    lanes.emplace_back([&queue, &found] { found = all_of(queue); });
            }
            for (const auto& found : of_lane)
                for (const std::size_t piece : found) ++done.at(piece);
            ranks->add(done);
            EXPECT_EQ(done, std::vector<std::uint64_t>(count, 1)) << "round " << round;
        }
    });
}

/// A rank that closes its queue leaves the others what they have.
TEST(WorkQueue, WhoClosesItTakesWhatIsLeft) {
    ThreadRanks::run(2, [&](const std::shared_ptr<Communicator>& ranks) {
        WorkQueue queue(*ranks, deal(pieces_of(100), *ranks, 1));
        EXPECT_EQ(queue.next(), ranks->rank());
        static_cast<void>(any(*ranks, false)); // both have begun
        if (ranks->rank() == 1) queue.close();
        static_cast<void>(any(*ranks, false));
        EXPECT_EQ(queue.next(), std::nullopt);
    });
}

} // namespace
} // namespace fedmrn::test
