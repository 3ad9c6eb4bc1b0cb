// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/run/runner.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

TEST(Rounds, AreTwoNumbers) {
    EXPECT_EQ(parse_rounds("3:5").first, 3u);
    EXPECT_EQ(parse_rounds("3:5").last, 5u);
    EXPECT_EQ(parse_rounds("1:1").last, 1u);
    EXPECT_EQ(parse_rounds("1:4294967295").last, 4294967295u);
}

TEST(Rounds, OthersAreRefused) {
    for (const char* text :
         {"", "3", "0:2", "3:2", "1:2:3", " 1:2", "1: 2", "+1:2", "1:4294967296"})
        EXPECT_THROW((void)parse_rounds(text), Error) << text;
}

} // namespace
} // namespace fedmrn
