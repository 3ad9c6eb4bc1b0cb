// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/threads.hpp"

#include <barrier>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace fedmrn {
namespace {

TEST(Threads, EachPieceIsDoneOnce) {
    for (const std::size_t threads : {0U, 1U, 2U, 7U, 100U}) {
        std::vector<int> done(20);
        share_out(done.size(), threads, [&](std::size_t i) { ++done[i]; });
        EXPECT_EQ(done, std::vector<int>(20, 1)) << threads;
    }
    share_out(0, 4, [](std::size_t) { FAIL(); });
}

/// As many as were asked for, no more than there are pieces, the caller among them.
TEST(Threads, ShareTheWork) {
    const auto sharing = [](std::size_t count, std::size_t threads, std::ptrdiff_t at_once) {
        std::mutex mutex;
        std::set<std::thread::id> seen;
        std::barrier all(at_once); // nobody takes a second piece before each has one
        share_out(count, threads, [&](std::size_t) {
            all.arrive_and_wait();
            const std::scoped_lock lock(mutex);
            seen.insert(std::this_thread::get_id());
        });
        EXPECT_TRUE(seen.contains(std::this_thread::get_id()));
        return seen.size();
    };
    EXPECT_EQ(sharing(4, 4, 4), 4U);
    EXPECT_EQ(sharing(3, 8, 3), 3U);
    EXPECT_EQ(sharing(3, 1, 1), 1U);
}

/// The same error however they were shared, and nothing is left out because of it.
TEST(Threads, TheFirstPieceThatFailsIsTheError) {
    for (const std::size_t threads : {1U, 4U}) {
        std::vector<int> done(12);
        try {
            share_out(done.size(), threads, [&](std::size_t i) {
                done[i] = 1;
                if (i >= 5) throw std::runtime_error(std::to_string(i));
            });
            FAIL();
        } catch (const std::runtime_error& error) {
            EXPECT_STREQ(error.what(), "5");
        }
        EXPECT_EQ(done, std::vector<int>(12, 1));
    }
}

TEST(Threads, AreStartedWhereTheyAreWorthIt) {
    EXPECT_EQ(threads_worth(0, 100, 8), 1U);
    EXPECT_EQ(threads_worth(399, 100, 8), 3U);
    EXPECT_EQ(threads_worth(5000, 100, 8), 8U);
}

} // namespace
} // namespace fedmrn
