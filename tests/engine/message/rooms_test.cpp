// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/message/rooms.hpp"

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "engine/message/view.hpp"
#include "samples.hpp"

namespace fedmrn {
namespace {

/// A message in a room that held another, longer one is the same bytes, in the same memory.
TEST(Rooms, AreWrittenOverCompletely) {
    const Message longer = samples::random_message(samples::cnn4_table(), 1);
    Message shorter = longer;
    shorter.client += 1;
    const std::vector<std::byte> fresh = encode(shorter);
    std::vector<std::byte> room(fresh.size() + 1000, std::byte{0xFF});
    const std::byte* place = room.data();
    const std::vector<std::byte> written = encode(MessageView(shorter), std::move(room));
    EXPECT_EQ(written, fresh);
    EXPECT_EQ(written.data(), place);
}

/// Rounds of ten messages: the second takes nothing new.
TEST(Rooms, ARoundTakesWhatTheRoundBeforeHad) {
    const Message message = samples::random_message(samples::cnn4_table(), 1);
    Rooms rooms;
    const auto round = [&] {
        std::vector<const std::byte*> places;
        std::vector<std::vector<std::byte>> sent;
        for (int k = 0; k < 10; ++k)
            places.push_back(sent.emplace_back(encode(MessageView(message), rooms.take())).data());
        for (auto& bytes : sent) rooms.give(std::move(bytes));
        std::sort(places.begin(), places.end());
        return places;
    };
    const auto first = round();
    EXPECT_EQ(round(), first);
    EXPECT_EQ(round(), first);
}

TEST(Rooms, TheLargestIsTakenFirst) {
    Rooms rooms;
    for (const std::size_t bytes : {10, 1000, 100}) rooms.give(std::vector<std::byte>(bytes));
    rooms.give({}); // is none
    for (const std::size_t bytes : {1000, 100, 10, 0}) EXPECT_EQ(rooms.take().capacity(), bytes);
}

TEST(Rooms, ManyThreadsTakeAndGive) {
    Rooms rooms;
    for (int i = 0; i < 4; ++i) rooms.give(std::vector<std::byte>(64));
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 1000; ++i) {
                    std::vector<std::byte> room = rooms.take();
                    std::fill(room.begin(), room.end(), std::byte{1});
                    rooms.give(std::move(room));
                }
            });
    }
    for (int i = 0; i < 4; ++i) EXPECT_EQ(rooms.take().size(), 64U);
    EXPECT_TRUE(rooms.take().empty());
}

} // namespace
} // namespace fedmrn
