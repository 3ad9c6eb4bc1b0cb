// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "engine/server/links.hpp"

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
    std::size_t stayed = 0;
    for (std::uint32_t round = 1; round <= 200; ++round) {
        for (std::uint64_t client = 1000; client < 1100; ++client) {
            const bool drops = drops_out({.dropout = 0.3}, 7, round, client);
            EXPECT_EQ(drops, drops_out({.dropout = 0.3}, 7, round, client));
            EXPECT_FALSE(drops_out({}, 7, round, client));
            EXPECT_TRUE(drops_out({.dropout = 1 - 1e-12}, 7, round, client));
            stayed += drops ? 0 : 1;
        }
    }
    EXPECT_NEAR(static_cast<double>(stayed), 14'000, 5 * std::sqrt(20'000 * 0.3 * 0.7));
}

} // namespace
} // namespace fedmrn::test
