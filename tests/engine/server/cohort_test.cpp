// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "engine/server/cohort.hpp"
#include "fedmrn/server.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

TEST(Cohort, IsDrawnWithoutReplacement) {
    for (std::uint32_t round = 1; round < 200; ++round) {
        const auto cohort = sample_cohort(1, round, 100, 10);
        EXPECT_EQ(cohort.size(), 10u);
        EXPECT_EQ(std::set(cohort.begin(), cohort.end()).size(), 10u);
        EXPECT_LT(*std::max_element(cohort.begin(), cohort.end()), 100u);
    }
    auto all = sample_cohort(1, 1, 17, 17);
    std::sort(all.begin(), all.end());
    for (std::uint64_t k = 0; k < 17; ++k) EXPECT_EQ(all[k], k);
    EXPECT_EQ(sample_cohort(1, 1, 1, 1), std::vector<std::uint64_t>{0});
}

TEST(Cohort, IsAFunctionOfSeedAndRound) {
    EXPECT_EQ(sample_cohort(5, 3, 100, 10), sample_cohort(5, 3, 100, 10));
    EXPECT_NE(sample_cohort(5, 3, 100, 10), sample_cohort(5, 4, 100, 10));
    EXPECT_NE(sample_cohort(5, 3, 100, 10), sample_cohort(6, 3, 100, 10));
}

TEST(Cohort, CostsNoMemoryAClient) {
    const auto cohort = sample_cohort(1, 1, 1'000'000'000, 1000);
    EXPECT_EQ(std::set(cohort.begin(), cohort.end()).size(), 1000u);
    EXPECT_GT(*std::max_element(cohort.begin(), cohort.end()), 900'000'000u);
}

/// Every client is drawn equally often, every pair too: chi-square, confidence 99.99 % each. A
/// cohort of c from n is drawn without replacement, so the counts vary less than independent ones,
/// by the share (n − c) / (n − 1); for pairs the bound is the cautious one.
TEST(Cohort, IsUniform) {
    struct Case {
        std::uint64_t clients, cohort;
    };
    for (const auto& [n, c] : {Case{100, 10}, Case{5, 2}, Case{7, 3}, Case{10, 5}, Case{16, 4}}) {
        constexpr std::uint32_t rounds = 40'000;
        std::vector<std::uint64_t> drawn(n), pairs(n * n);
        for (std::uint32_t round = 0; round < rounds; ++round) {
            const auto cohort = sample_cohort(11, round, n, c);
            for (const std::uint64_t k : cohort) ++drawn[k];
            ++pairs[cohort[0] * n + cohort[1]];
        }
        const double share = static_cast<double>(n - c) / static_cast<double>(n - 1);
        EXPECT_LT(chi_square(drawn, rounds * static_cast<double>(c) / static_cast<double>(n)) /
                      share,
                  chi_square_9999(static_cast<double>(n) - 1))
            << c << " of " << n;
        std::vector<std::uint64_t> different;
        for (std::uint64_t i = 0; i < n * n; ++i) {
            if (i / n != i % n) different.push_back(pairs[i]);
        }
        const double count = static_cast<double>(different.size());
        EXPECT_LT(chi_square(different, rounds / count), chi_square_9999(count - 1))
            << c << " of " << n;
    }
}

/// Offsets of clients with so many samples.
std::vector<std::uint64_t> offsets(const std::vector<std::uint64_t>& samples) {
    std::vector<std::uint64_t> first{0};
    for (const std::uint64_t n : samples) first.push_back(first.back() + n);
    return first;
}

TEST(Cohort, RoundRobinTakesEveryClientInTurn) {
    const auto first = offsets(std::vector<std::uint64_t>(17, 3));
    std::vector<std::uint64_t> order;
    for (std::uint32_t round = 1; round <= 17; ++round)
        for (const std::uint64_t k : samplers().at("round_robin").sample({5, round, first, 5}))
            order.push_back(k);
    ASSERT_EQ(order.size(), 5u * 17);
    for (std::size_t i = 17; i < order.size(); ++i) EXPECT_EQ(order[i], order[i - 17]);
    EXPECT_EQ(std::set(order.begin(), order.begin() + 17).size(), 17u);
    EXPECT_NE(samplers().at("round_robin").sample({6, 1, first, 17}),
              samplers().at("round_robin").sample({5, 1, first, 17}));
}

/// The first that is drawn has the share of its samples; the second the share of what is left.
/// Chi-square, confidence 99.99 %.
TEST(Cohort, WeightedFollowsTheSamples) {
    const std::vector<std::uint64_t> samples{1, 2, 3, 10, 4};
    const auto first = offsets(samples);
    constexpr std::uint32_t rounds = 40'000;
    double statistic = 0;
    std::vector<double> drawn(25);
    for (std::uint32_t round = 0; round < rounds; ++round) {
        const auto cohort = samplers().at("weighted").sample({3, round, first, 2});
        ASSERT_NE(cohort[0], cohort[1]);
        ++drawn[cohort[0] * 5 + cohort[1]];
    }
    for (std::size_t a = 0; a < 5; ++a) {
        for (std::size_t b = 0; b < 5; ++b) {
            if (a == b) continue;
            const auto of = [&](std::size_t k) { return static_cast<double>(samples[k]); };
            const double e = rounds * of(a) / 20 * of(b) / (20 - of(a));
            statistic += (drawn[a * 5 + b] - e) * (drawn[a * 5 + b] - e) / e;
        }
    }
    EXPECT_LT(statistic, chi_square_9999(19));
    auto all = samplers().at("weighted").sample({1, 1, first, 5});
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, (std::vector<std::uint64_t>{0, 1, 2, 3, 4}));
}

} // namespace
} // namespace fedmrn::test
