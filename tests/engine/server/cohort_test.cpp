// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

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

/// Who holds more than an equal share is always drawn, the others with a probability of exactly
/// their samples; no two of a round are the same. Binomial counts, confidence 99.9999 % each.
TEST(Cohort, WeightedFollowsTheSamples) {
    struct Case {
        std::vector<std::uint64_t> samples;
        std::uint64_t cohort;
        std::vector<double> probability;
    };
    const std::vector<Case> cases{
        {{1, 2, 3, 10, 4}, 1, {0.05, 0.1, 0.15, 0.5, 0.2}},
        {{1, 2, 3, 10, 4}, 2, {0.1, 0.2, 0.3, 1.0, 0.4}},
        {{1, 2, 3, 10, 4}, 3, {0.2, 0.4, 0.6, 1.0, 0.8}}, // 2 of the other four
        {{1, 2, 3, 10, 4}, 4, {1.0 / 3, 2.0 / 3, 1.0, 1.0, 1.0}},
        {{1, 1, 1, 97}, 2, {1.0 / 3, 1.0 / 3, 1.0 / 3, 1.0}},
        {{5, 5, 5, 5}, 2, {0.5, 0.5, 0.5, 0.5}},
    };
    constexpr std::uint32_t rounds = 40'000;
    for (const auto& [samples, cohort, probability] : cases) {
        const auto first = offsets(samples);
        std::vector<double> drawn(samples.size());
        for (std::uint32_t round = 1; round <= rounds; ++round) {
            const auto sampled = samplers().at("weighted").sample({3, round, first, cohort});
            ASSERT_EQ(std::set(sampled.begin(), sampled.end()).size(), cohort);
            ASSERT_EQ(sampled.size(), cohort);
            for (const std::uint64_t k : sampled) ++drawn[k];
        }
        for (std::size_t k = 0; k < samples.size(); ++k) {
            const double p = probability[k];
            EXPECT_NEAR(drawn[k] / rounds, p, z_999999 * std::sqrt(p * (1 - p) / rounds) + 1e-12)
                << "client " << k << " of " << samples.size() << ", " << cohort << " drawn";
        }
    }
}

/// Any two of the clients that are not certain meet.
TEST(Cohort, WeightedSeparatesNoTwo) {
    const auto first = offsets({3, 5, 2, 4, 6});
    std::set<std::pair<std::uint64_t, std::uint64_t>> pairs;
    for (std::uint32_t round = 1; round <= 2'000; ++round) {
        const auto sampled = samplers().at("weighted").sample({3, round, first, 2});
        pairs.insert(std::minmax(sampled[0], sampled[1]));
    }
    EXPECT_EQ(pairs.size(), 10u);
}

/// The weighted mean of a round is on average that of all clients by their samples: a client's
/// share of it is N_k / N. Confidence 99.9999 % each; a share is in [0, 1], so that its variance is
/// at most p (1 − p).
TEST(Cohort, WeightedIsUnbiased) {
    const std::vector<std::uint64_t> samples{1, 2, 3, 10, 4, 30, 7, 7, 12, 5};
    const auto first = offsets(samples);
    constexpr std::uint32_t rounds = 40'000;
    for (const std::uint64_t cohort : {1, 2, 4, 7, 9, 10}) {
        std::vector<double> share(samples.size());
        for (std::uint32_t round = 1; round <= rounds; ++round) {
            const SamplerTask task{5, round, first, cohort};
            const auto sampled = samplers().at("weighted").sample(task);
            const auto weights = samplers().at("weighted").weights(task, sampled);
            const auto all = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
            for (std::size_t i = 0; i < cohort; ++i)
                share[sampled[i]] += static_cast<double>(weights[i]) / static_cast<double>(all);
        }
        for (std::size_t k = 0; k < samples.size(); ++k) {
            const double p = static_cast<double>(samples[k]) / static_cast<double>(first.back());
            EXPECT_NEAR(share[k] / rounds, p, z_999999 * std::sqrt(p * (1 - p) / rounds))
                << "client " << k << ", " << cohort << " drawn";
        }
    }
}

/// Where nobody is certain, uploads count alike.
TEST(Cohort, WeightedCountsAlike) {
    const auto first = offsets({3, 5, 2, 4, 6});
    EXPECT_EQ(samplers().at("weighted").weights({3, 1, first, 2}, std::vector<std::uint64_t>{4, 0}),
              (std::vector<std::uint64_t>{1, 1}));
    // 6 of 12 are certain's own; the others stand for 6 samples each
    const auto one = offsets({2, 2, 2, 6});
    EXPECT_EQ(samplers().at("weighted").weights({3, 1, one, 2}, std::vector<std::uint64_t>{3, 1}),
              (std::vector<std::uint64_t>{1, 1}));
    const auto large = offsets({2, 2, 2, 18});
    EXPECT_EQ(samplers().at("weighted").weights({3, 1, large, 2}, std::vector<std::uint64_t>{3, 1}),
              (std::vector<std::uint64_t>{3, 1}));
}

} // namespace
} // namespace fedmrn::test
