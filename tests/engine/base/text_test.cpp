// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/text.hpp"

#include <gtest/gtest.h>

#include "engine/base/suggest.hpp"
#include "engine/report/table.hpp"

namespace fedmrn {
namespace {

TEST(Text, Numbers) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(1234567), "1,234,567");
    EXPECT_EQ(bytes_text(999), "999 B");
    EXPECT_EQ(bytes_text(56420), "56.4 kB");
    EXPECT_EQ(bytes_text(999999), "1.00 MB");
    EXPECT_EQ(bytes_text(1.13e9), "1.13 GB");
    EXPECT_EQ(duration_text(0.4), "0:00");
    EXPECT_EQ(duration_text(62), "1:02");
    EXPECT_EQ(duration_text(3723), "1:02:03");
    EXPECT_EQ(duration_text(1.0 / 0.0), "?");
    EXPECT_EQ(percent_text(0.88126), "88.13 %");
}

TEST(Text, OneLineAndUtf8) {
    EXPECT_EQ(one_line("a\nb\tc"), "a b c");
    EXPECT_TRUE(valid_utf8("plain é … 😀"));
    for (const char* bad : {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\x80", "a\xe2\x82"})
        EXPECT_FALSE(valid_utf8(bad));
}

TEST(Suggest, Distances) {
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("abc", "abc"), 0U);
    EXPECT_EQ(edit_distance("bacth", "batch"), 1U); // a swap is one slip
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Suggest, NearestOrNothing) {
    const std::string_view known[] = {"seed", "rounds", "lanes"};
    EXPECT_EQ(nearest("round", known), "rounds");
    EXPECT_EQ(nearest("sead", known), "seed");
    EXPECT_EQ(nearest("banana", known), "");
    EXPECT_EQ(nearest("", known), "");
    EXPECT_EQ(alternatives(known), "seed, rounds or lanes");
    EXPECT_EQ(alternatives({known, 1}), "seed");
}

TEST(Table, AlignsCharactersNotBytes) {
    Table table({"", "n", "folder"});
    table.add({"é", "10", "x"});
    table.add({"ab", "1", "yy"});
    EXPECT_EQ(table.text(), "        n   folder\n  é    10   x\n  ab    1   yy\n");
}

} // namespace
} // namespace fedmrn
