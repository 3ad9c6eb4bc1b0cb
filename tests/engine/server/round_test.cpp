// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/round.hpp"

#include <gtest/gtest.h>

#include "tests/support/thread_ranks.hpp"

namespace fedmrn::test {
namespace {

std::vector<std::byte> bytes_of(std::size_t slot, std::size_t size) {
    return std::vector<std::byte>(size, static_cast<std::byte>(slot + 1));
}

/// Uploads of 1, 2, 3 … bytes, of which a rank has those that are its own.
std::vector<Upload> uploads_of(const Communicator& ranks, std::span<const std::uint32_t> owner) {
    std::vector<Upload> uploads(owner.size());
    for (std::size_t k = 0; k < owner.size(); ++k)
        if (owner[k] == ranks.rank())
            uploads[k] = {bytes_of(k, k + 1), {static_cast<double>(k), k, k}};
    return uploads;
}

TEST(Round, EveryRankLearnsOfAllArrivalsAndCanHaveThem) {
    const std::vector<std::uint32_t> owner{2, 0, 0, 2, 0}; // rank 1 has none
    ThreadRanks::run(3, [&](const std::shared_ptr<Communicator>& ranks) {
        std::vector<Upload> uploads = uploads_of(*ranks, owner);
        const std::vector<Arrival> arrived = arrivals(*ranks, uploads);
        ASSERT_EQ(arrived.size(), owner.size());
        const std::uint64_t before = ranks->sent();
        exchange(*ranks, arrived, uploads);
        std::uint64_t own = 0;
        for (std::size_t k = 0; k < owner.size(); ++k) {
            EXPECT_EQ(arrived[k].rank, owner[k]);
            EXPECT_EQ(arrived[k].bytes, k + 1);
            EXPECT_EQ(arrived[k].metrics.sum, static_cast<double>(k));
            EXPECT_EQ(uploads[k].bytes, bytes_of(k, k + 1));
            own += owner[k] == ranks->rank() ? k + 1 : 0;
        }
        EXPECT_EQ(ranks->sent() - before, 2 * own);
    });
}

/// Messages of M bytes are (n - 1) M on the wire, sums of S are 2 (n - 1) S.
TEST(Round, WhatIsFewerBytesCrossesTheWire) {
    std::vector<Arrival> arrived(10);
    for (Arrival& arrival : arrived) arrival.bytes = 20;
    EXPECT_TRUE(messages_are_fewer(arrived, 101));
    EXPECT_FALSE(messages_are_fewer(arrived, 100)); // as many
    EXPECT_FALSE(messages_are_fewer(arrived, 99));
    for (const std::uint32_t size : {2u, 3u, 5u}) {
        ThreadRanks::run(size, [&](const std::shared_ptr<Communicator>& ranks) {
            std::vector<std::uint64_t> sums(25); // 200 bytes
            ranks->add(sums);
            std::uint64_t sent[] = {ranks->sent()};
            ranks->add(sent);
            // a rank's share is rounded down
            EXPECT_NEAR(static_cast<double>(sent[0]), 2.0 * (size - 1) * 200, size);
        });
    }
}

} // namespace
} // namespace fedmrn::test
