// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/cluster/exchange.hpp"

#include <gmock/gmock.h>

#include "engine/method/sums.hpp"
#include "tests/support/thread_ranks.hpp"

namespace fedmrn::test {
namespace {

TEST(Exchange, EveryRankGetsWhatAllGiveInTheirOrder) {
    ThreadRanks::run(3, [](const std::shared_ptr<Communicator>& ranks) {
        const std::vector<std::uint32_t> own(ranks->rank(), 10 + ranks->rank()); // 0, 1, 2 of them
        const auto all = gather(*ranks, std::span<const std::uint32_t>(own));
        EXPECT_THAT(all, testing::ElementsAre(testing::IsEmpty(), testing::ElementsAre(11),
                                              testing::ElementsAre(12, 12)));
    });
}

TEST(Exchange, RankZeroSpeaksForAll) {
    ThreadRanks::run(3, [](const std::shared_ptr<Communicator>& ranks) {
        const double own[] = {1.5 + ranks->rank()};
        EXPECT_THAT(from_first(*ranks, std::span<const double>(own)), testing::ElementsAre(1.5));
    });
}

TEST(Exchange, OneRankIsEnoughForAny) {
    ThreadRanks::run(3, [](const std::shared_ptr<Communicator>& ranks) {
        EXPECT_FALSE(any(*ranks, false));
        EXPECT_TRUE(any(*ranks, ranks->rank() == 2));
    });
}

/// Sums of all ranks: numbers of both signs, over the edge of 64 bits, on their devices.
TEST(Exchange, SumsOfAllRanksAreThoseOfOne) {
    const SumSpec specs[] = {{"narrow", SumType::int64, 5}, {"wide", SumType::int128, 3}};
    ThreadRanks::run(4, [&](const std::shared_ptr<Communicator>& ranks) {
        const auto device = open_device(DeviceKind::cpu);
        Sums sums(*device, specs);
        const std::uint64_t weight[] = {ranks->rank() + 1};
        sums.count(weight);
        const auto sign = static_cast<std::int64_t>(ranks->rank()) - 2; // −2 … 1
        std::int64_t* narrow = sums.int64("narrow").get();
        formula::Wide* wide = sums.int128("wide").get();
        for (std::int64_t i = 0; i < 5; ++i) narrow[i] = sign * (i + 1);
        for (std::int64_t i = 0; i < 3; ++i) wide[i] = formula::Wide{INT64_MAX} * sign * (i + 1);
        sums.add_ranks(*ranks);
        EXPECT_EQ(sums.messages(), 4u);
        EXPECT_EQ(sums.weight(), 10u);
        for (std::int64_t i = 0; i < 5; ++i) EXPECT_EQ(narrow[i], -2 * (i + 1));
        for (std::int64_t i = 0; i < 3; ++i)
            EXPECT_TRUE(wide[i] == formula::Wide{INT64_MAX} * -2 * (i + 1));
    });
}

TEST(Exchange, AloneNothingIsSent) {
    const auto ranks = alone();
    EXPECT_FALSE(any(*ranks, false));
    const double own[] = {2};
    EXPECT_THAT(from_first(*ranks, std::span<const double>(own)), testing::ElementsAre(2));
    EXPECT_EQ(ranks->take(), 0u);
    EXPECT_EQ(ranks->take(), 1u);
    EXPECT_EQ(ranks->local_rank(), 0u);
    EXPECT_EQ(ranks->sent(), 0u);
}

} // namespace
} // namespace fedmrn::test
