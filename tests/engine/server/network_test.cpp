// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "engine/server/network.hpp"

namespace fedmrn::test {
namespace {

TEST(Network, TheSlowestClientEndsTheRound) {
    const NetworkConfig even{.uplink = 8, .downlink = 80, .speed = 100}; // 1 and 10 MB/s
    const std::vector<ClientWork> clients{{0, 2'000'000, 5'000'000, 50}, {1, 0, 0, 290}};
    EXPECT_DOUBLE_EQ(round_seconds(even, 1, clients), 2 + 0.5 + 0.5);
    const NetworkConfig slow{.uplink = 8, .downlink = 80, .speed = 10};
    EXPECT_DOUBLE_EQ(round_seconds(slow, 1, clients), 29);
    EXPECT_EQ(round_seconds({}, 1, clients), 0);
    EXPECT_DOUBLE_EQ(round_seconds({.uplink = 8}, 1, clients), 2);
}

/// ln(rate / median) has mean 0 and deviation `spread`; five deviations of 20,000 draws. The three
/// rates of a client are independent, and stay its own.
TEST(Network, RatesAreLogNormal) {
    const NetworkConfig config{.uplink = 10, .downlink = 50, .speed = 1000, .spread = 0.7};
    constexpr int clients = 20'000;
    double sum = 0, square = 0, product = 0;
    for (std::uint64_t k = 0; k < clients; ++k) {
        const ClientRates rates = client_rates(config, 3, k);
        const double up = std::log(rates.uplink / 1.25e6), down = std::log(rates.downlink / 6.25e6),
                     speed = std::log(rates.speed / 1000);
        sum += up + down + speed;
        square += up * up + down * down + speed * speed;
        product += up * down;
        ASSERT_EQ(client_rates(config, 3, k).speed, rates.speed);
    }
    const double n = 3.0 * clients, variance = 0.7 * 0.7;
    EXPECT_NEAR(sum / n, 0, 5 * 0.7 / std::sqrt(n));
    EXPECT_NEAR(square / n, variance, 5 * variance * std::sqrt(2 / n));
    EXPECT_NEAR(product / clients, 0, 5 * variance / std::sqrt(clients));
    EXPECT_NE(client_rates(config, 4, 1).uplink, client_rates(config, 3, 1).uplink);
}

/// Five deviations of 100 · 200 throws.
TEST(Network, DropoutsComeWithTheirProbability) {
    std::vector<std::uint64_t> cohort(100);
    std::iota(cohort.begin(), cohort.end(), 1000u);
    std::size_t stayed = 0;
    for (std::uint32_t round = 1; round <= 200; ++round) {
        const auto left = without_dropouts({.dropout = 0.3}, 7, round, cohort);
        EXPECT_EQ(left, without_dropouts({.dropout = 0.3}, 7, round, cohort));
        EXPECT_TRUE(std::includes(cohort.begin(), cohort.end(), left.begin(), left.end()));
        stayed += left.size();
    }
    EXPECT_NEAR(static_cast<double>(stayed), 14'000, 5 * std::sqrt(20'000 * 0.3 * 0.7));
    EXPECT_EQ(without_dropouts({}, 7, 1, cohort), cohort);
    const auto last = without_dropouts({.dropout = 1 - 1e-12}, 7, 1, cohort);
    EXPECT_EQ(last, std::vector<std::uint64_t>{1000});
}

} // namespace
} // namespace fedmrn::test
