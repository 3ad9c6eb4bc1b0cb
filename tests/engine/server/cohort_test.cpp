// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "engine/server/cohort.hpp"
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

} // namespace
} // namespace fedmrn::test
