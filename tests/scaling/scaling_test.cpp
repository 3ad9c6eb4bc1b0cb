// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>

#include "bench/scaling/rounds.hpp"

// The simulation against what is known in closed form: sums of powers of two, which are exact.
namespace fedmrn::scaling {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr Link link{.latency = 1.0 / 1024, .bandwidth = 1 << 20};

Machine alike(std::size_t ranks) {
    return {.ranks = ranks, .node = 4, .within = link, .between = link, .host = {}};
}
Clients equal(std::size_t cohort, double seconds) {
    return {std::vector(cohort, seconds), std::vector(cohort, seconds)};
}

/// A cohort of equal clients lasts as long as the fullest rank has clients.
TEST(Scaling, EqualClientsTakeTheirNumberARank) {
    for (const std::size_t ranks : {1u, 2u, 8u, 64u})
        for (const std::size_t cohort : {1u, 8u, 100u, 512u}) {
            const double fullest = 0.25 * static_cast<double>((cohort + ranks - 1) / ranks);
            const auto before = divided(equal(cohort, 0.25), ranks);
            const auto queue = queued(equal(cohort, 0.25), ranks, 0);
            EXPECT_EQ(*std::ranges::max_element(before), fullest);
            EXPECT_EQ(*std::ranges::max_element(queue), fullest);
            EXPECT_EQ(std::reduce(before.begin(), before.end()),
                      0.25 * static_cast<double>(cohort));
        }
    // Each asks for every client, and once in vain.
    EXPECT_THAT(queued(equal(8, 0.25), 4, 0.125), Each(2 * (0.25 + 0.125) + 0.125));
}

/// A rank with too few clients to fill its GPU waits for the longest of them.
TEST(Scaling, FewClientsTakeWhatOneTakesByItself) {
    EXPECT_THAT(divided(equal(8, 0.25), 8, 4), Each(1));
    EXPECT_THAT(queued(equal(8, 0.25), 8, 0, 4), Each(1));
    EXPECT_THAT(divided(equal(64, 0.25), 8, 4), Each(2));
    EXPECT_THAT(divided({{3, 1, 1}, {3, 1, 1}}, 2, 2), ElementsAre(6, 2));
    EXPECT_THAT(divided(equal(1, 0.25), 2, 4), ElementsAre(1, 0)); // who has none takes no time
}

/// What is planned decides who trains whom, what it takes in fact how long: the queue heeds both.
TEST(Scaling, AQueueFollowsWhatARankIsSlowAt) {
    const Clients clients{{4, 3, 2, 1}, {4, 3, 2, 8}};
    EXPECT_THAT(divided(clients, 2), ElementsAre(4 + 8, 3 + 2)); // 4 + 1 and 3 + 2 were planned
    EXPECT_THAT(queued(clients, 2, 0), ElementsAre(4 + 8, 3 + 2));
    const Clients late{{4, 3, 2, 1}, {8, 3, 2, 1}};
    EXPECT_THAT(divided(late, 2), ElementsAre(8 + 1, 3 + 2));
    EXPECT_THAT(queued(late, 2, 0), ElementsAre(8, 3 + 2 + 1));
}

TEST(Scaling, RingsOfEqualLinksAreTheirClosedForms) {
    for (const std::size_t ranks : {1u, 2u, 8u, 64u}) {
        const double bytes = 1 << 22;
        const std::vector<double> ready(ranks, 0.0), own(ranks, bytes);
        const auto n = static_cast<double>(ranks);
        EXPECT_EQ(reduced(alike(ranks), ready, bytes), reduced_alike(ranks, link, bytes));
        EXPECT_EQ(reduced_alike(ranks, link, bytes), 2 * (n - 1) * (1.0 / 1024 + 4 / n));
        EXPECT_EQ(gathered(alike(ranks), ready, own), gathered_alike(ranks, link, bytes));
        EXPECT_EQ(gathered_alike(ranks, link, bytes), (n - 1) * (1.0 / 1024 + 4));
    }
}

/// All wait for the rank that comes last, and for the slowest link in every step.
TEST(Scaling, TheLastRankAndTheSlowestLinkDecide) {
    std::vector<double> ready(8, 0.0);
    ready[5] = 16;
    EXPECT_EQ(reduced(alike(8), ready, 1 << 20), 16 + reduced_alike(8, link, 1 << 20));
    Machine nodes = alike(8);
    nodes.between = {.latency = 1.0 / 256, .bandwidth = 1 << 18};
    const std::vector<double> none(8, 0.0);
    EXPECT_EQ(reduced(nodes, none, 1 << 20), reduced_alike(8, nodes.between, 1 << 20));
    nodes.node = 8; // one node: no edge leaves it
    EXPECT_EQ(reduced(nodes, none, 1 << 20), reduced_alike(8, link, 1 << 20));
}

/// Of messages of many sizes each crosses all edges but one.
TEST(Scaling, GatheredMessagesPassEveryRank) {
    const std::vector<double> none(3, 0.0), own{1 << 20, 0, 0};
    EXPECT_EQ(gathered(alike(3), none, own), 2 * link.seconds(1 << 20));
}

/// The least cohort whose messages are more: of what a rank sends in a ring, at any number of them.
TEST(Scaling, SumsAreFewerBytesFromTheBreakEvenOn) {
    EXPECT_EQ(break_even(8e6, 1e6 / 8), 129u); // masks: 8 bytes and a bit a parameter
    EXPECT_EQ(break_even(16e6, 4e6), 9u);      // floats
    for (const double ranks : {2.0, 64.0}) {
        const auto sums = 2 * 8e6 * (ranks - 1) / ranks;
        const auto messages = [&](double cohort) { return cohort * 125e3 * (ranks - 1) / ranks; };
        EXPECT_LT(sums, messages(129));
        EXPECT_GE(sums, messages(128));
    }
    // With bytes alone to be paid, time says the same.
    Machine machine = alike(8);
    machine.within.latency = machine.between.latency = 0;
    const std::vector<double> none(8, 0.0);
    const auto gathering = [&](double cohort) {
        return gathered(machine, none, std::vector<double>(8, cohort / 8 * 125e3));
    };
    EXPECT_LT(reduced(machine, none, 8e6), gathering(129));
    EXPECT_GT(reduced(machine, none, 8e6), gathering(127));
}

/// A round is its parts: of equal clients all of it is known.
TEST(Scaling, ARoundOfEqualClientsIsItsClosedForm) {
    Machine machine = alike(8);
    machine.host = {.latency = 0.5, .bandwidth = 1 << 20};
    const Work work{.seconds = 0.25,
                    .adding = 1.0 / 64,
                    .server = 0.125,
                    .sum_bytes = 1 << 23,
                    .message_bytes = 1 << 17};
    std::mt19937_64 words(1);
    const Clients clients = drawn(work, 64, words);
    EXPECT_THAT(clients.seconds, Each(0.25));
    const double training = 8 * 0.25, host = 0.5 + 8;
    const RoundTimes sums = round_of(machine, work, clients, Division::before, Exchange::sums);
    EXPECT_EQ(sums.training, training);
    EXPECT_EQ(sums.idle, 0);
    EXPECT_EQ(sums.exchange, 8.0 / 64 + 2 * host + reduced_alike(8, link, 1 << 23));
    EXPECT_EQ(sums.all, training + sums.exchange + 0.125);
    EXPECT_EQ(sums.one_rank, 64 * (0.25 + 1.0 / 64) + 0.125);
    EXPECT_EQ(sums.efficiency(8), sums.one_rank / (8 * sums.all));
    const RoundTimes messages =
        round_of(machine, work, clients, Division::queue, Exchange::messages);
    EXPECT_EQ(messages.exchange, gathered_alike(8, link, 8 * (1 << 17)) + 64.0 / 64);
}

/// One rank tells nobody anything, and is as fast as one.
TEST(Scaling, OneRankIsAsFastAsOne) {
    const Work work{.seconds = 0.25, .known = 0.5, .adding = 1.0 / 64, .server = 1};
    Machine machine = alike(1);
    machine.host = {};
    const RoundTimes times = rounds_of(machine, work, 20, Division::queue, Exchange::sums, 3, 7);
    EXPECT_DOUBLE_EQ(times.efficiency(1), 1);
}

/// Graham's bounds, of clients whose times are not known before.
TEST(Scaling, WhatIsDrawnKeepsTheBounds) {
    const Work work{.seconds = 0.25, .known = 0.8, .unknown = 0.5};
    std::mt19937_64 words(3);
    double planned = 0, seconds = 0;
    for (int round = 0; round < 50; ++round) {
        const Clients clients = drawn(work, 200, words);
        const double sum = std::reduce(clients.seconds.begin(), clients.seconds.end());
        const double longest = *std::ranges::max_element(clients.seconds);
        const auto queue = queued(clients, 16, 0);
        const auto before = divided(clients, 16);
        EXPECT_LE(*std::ranges::max_element(queue), sum / 16 + longest * 15 / 16);
        for (const auto& ranks : {queue, before}) {
            EXPECT_GE(*std::ranges::max_element(ranks), std::max(sum / 16, longest) - 1e-12);
            EXPECT_NEAR(std::reduce(ranks.begin(), ranks.end()), sum, 1e-9);
        }
        planned += std::reduce(clients.planned.begin(), clients.planned.end()) / 10'000;
        seconds += sum / 10'000;
    }
    EXPECT_NEAR(planned, 0.25, 0.01); // 4 standard deviations: 0.25 · 0.8 / √10000 each
    EXPECT_NEAR(seconds, 0.25, 0.0125);
}

/// Measured clients are drawn as they are, each pair together.
TEST(Scaling, MeasuredClientsAreDrawn) {
    const Work work{.measured = {{1, 10}, {2, 20}}};
    std::mt19937_64 words(1);
    const Clients clients = drawn(work, 100, words);
    for (std::size_t k = 0; k < 100; ++k) EXPECT_EQ(clients.seconds[k], 10 * clients.planned[k]);
    EXPECT_THAT(clients.planned, testing::Contains(1.0));
    EXPECT_THAT(clients.planned, testing::Contains(2.0));
}

} // namespace
} // namespace fedmrn::scaling
