// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/describe.hpp"

#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>

#include "engine/base/words.hpp"
#include "engine/report/histogram.hpp"
#include "engine/report/holdings.hpp"
#include "engine/report/run_text.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/images.hpp"
#include "tests/support/columns.hpp"

namespace fedmrn {
namespace {

using testing::HasSubstr;

/// Black images with these labels; a sixth as many are for testing.
Dataset made(std::vector<std::uint16_t> labels, std::uint32_t classes,
             ImageShape shape = {32, 32, 3}) {
    const auto images = [&](std::vector<std::uint16_t> of) {
        std::vector<std::uint8_t> pixels(of.size() * shape.size());
        return Images{std::move(pixels), std::move(of), {0.5F, 0.4F, 0.3F}, {0.25F, 0.25F, 0.2F}};
    };
    const std::vector<std::uint16_t> few(labels.size() / 6);
    return image_dataset("made", shape, classes, images(std::move(labels)), images(few));
}

Dataset made(std::size_t samples, std::uint32_t classes) {
    std::vector<std::uint16_t> labels(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        labels[i] = static_cast<std::uint16_t>(i % classes);
    }
    return made(std::move(labels), classes, {1, 1, 3});
}

/// Client 0 holds 0 0 1, client 1 holds 2, client 2 holds 0 1 2 2; one sample is unused.
struct Small {
    Small() {
        split.first = {0, 3, 4, 8};
        split.order = {0, 1, 2, 3, 4, 5, 6, 7};
    }
    Dataset data = made({0, 0, 1, 2, 0, 1, 2, 2, 1}, 3);
    ClientSplit split;
};

std::size_t columns(const std::string& line) {
    std::size_t count = 0;
    for (const char c : line) {
        count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }
    return count;
}

/// No line is wider than the page.
void expect_page(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    while (std::getline(lines, line)) {
        EXPECT_LE(columns(line), 100U) << line;
    }
}

TEST(Describe, SmallTable) {
    const Small small;
    EXPECT_EQ(describe(small.data, small.split),
              R"(made
  samples      9 for training, 1 for testing
  shape        32 × 32 × 3 bytes (height × width × channels), 3 classes
  normalised   training (x − [0.5000 0.4000 0.3000]) / [0.2500 0.2500 0.2000]
               test     (x − [0.5000 0.4000 0.3000]) / [0.2500 0.2500 0.2000]
  clients      3, which hold 8 samples; 1 unused

  client  samples  labels  │  0  1  2
  ─────────────────────────┼─────────
       0        3       2  │  2  1  ·
       1        1       1  │  ·  ·  1
       2        4       3  │  1  1  2
  ─────────────────────────┼─────────
   least        1       1  │  ·  ·  ·
  median        3       2  │  1  1  1
    most        4       3  │  2  1  2

clients by the samples they hold
  1 │██████████████████████████████████████████████████ 1
  2 │ 0
  3 │██████████████████████████████████████████████████ 1
  4 │██████████████████████████████████████████████████ 1

clients by the labels they hold
  1 │██████████████████████████████████████████████████ 1
  2 │██████████████████████████████████████████████████ 1
  3 │██████████████████████████████████████████████████ 1
)");
}

/// What is no images has a line a column, and where there are no classes no table of them.
TEST(Describe, ColumnsThatAreNoImages) {
    const auto split = [](std::size_t samples) {
        return Split{
            {Column("x", {{3}}, std::vector<float>(3 * samples)),
             Column(
                 "words", {{}, Element::i32, ragged(9)}, std::vector<std::int32_t>(samples),
                 [&] {
                     std::vector<std::uint64_t> offsets(samples + 1);
                     for (std::size_t i = 0; i <= samples; ++i) offsets[i] = i;
                     return offsets;
                 }(),
                 20)}};
    };
    const Dataset data{"made", split(4), split(1)};
    EXPECT_EQ(data_text(data), "made: 4 training and 1 test samples of x (3 f32), words (one i32 a "
                               "token of up to 9)");
    EXPECT_EQ(data_text(made(6, 3)), "made: 6 training and 1 test samples of 1×1×3, 3 classes");
    EXPECT_EQ(describe(data, {{0, 1, 4}, {0, 1, 2, 3}, {}}),
              R"(made
  samples      4 for training, 1 for testing
  columns      x      3 f32
               words  one i32 a token of up to 9, 0 … 19
  clients      2, which hold 4 samples

clients by the samples they hold
  1 │██████████████████████████████████████████████████ 1
  2 │ 0
  3 │██████████████████████████████████████████████████ 1
)");
}

TEST(Describe, UsersWhereTheSetHasThem) {
    Small small;
    small.data.owners = {0, 0, 1, 2, 0, 1, 2, 2, 1};
    EXPECT_THAT(describe(small.data, small.split), HasSubstr("\n  users        3\n  clients "));
}

TEST(Describe, FitsThePageWhateverTheData) {
    for (const std::uint32_t classes : {1U, 2U, 10U, 26U, 100U, 1000U}) {
        for (const std::uint64_t clients : {1U, 20U, 21U, 500U}) {
            const Dataset data = made(60'000, classes);
            DataConfig config;
            config.partition = "labeldir";
            config.partition["beta"] = 5;
            config.clients = clients;
            const std::string text =
                describe(data, partition(config, test::labels_of(data.train), classes, 1));
            expect_page(text);
            EXPECT_EQ(text.find(" more\n") != std::string::npos, clients > 20);
        }
    }
}

TEST(Describe, ManyClassesAreBlocks) {
    // 142 classes at 71 blocks are two a block; the client's five samples: 1 of block 0, 4 of 70.
    const Dataset data = made({1, 140, 140, 141, 141}, 142);
    const ClientSplit split{{0, 5}, {0, 1, 2, 3, 4}, {}};
    std::string row = "0        5       3  │ ▂";
    for (int i = 0; i < 69; ++i) {
        row += "·";
    }
    const std::string text = describe(data, split);
    EXPECT_THAT(text, HasSubstr("classes 0 … 141, 2 a column\n"));
    EXPECT_THAT(text, HasSubstr(row + "█\n"));
}

TEST(Holdings, CountsAndSpreads) {
    const Small small;
    const Holdings holdings = count_holdings(small.data, small.split);
    EXPECT_EQ(holdings.samples, (std::vector<std::uint64_t>{3, 1, 4}));
    EXPECT_EQ(holdings.labels, (std::vector<std::uint64_t>{2, 1, 3}));
    ASSERT_EQ(holdings.by_class.size(), 3U);
    EXPECT_EQ(holdings.by_class[0].most, 2U);
    EXPECT_EQ(holdings.by_class[0].median, 1U);
    EXPECT_EQ(holdings.by_class[0].least, 0U);
    const std::vector<std::uint64_t> even = {9, 1, 5, 3};
    EXPECT_EQ(spread(even).median, 3U);
}

TEST(Words, GroupAndCount) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(1'234'567), "1,234,567");
    EXPECT_EQ(counted(1, "lane"), "1 lane");
    EXPECT_EQ(counted(1234, "lane"), "1,234 lanes");
    EXPECT_EQ(counted(0, "lane"), "0 lanes");
    EXPECT_EQ(plural(1234, "byte"), "1234 bytes");
    EXPECT_EQ(plural(1, "byte"), "1 byte");
}

TEST(Histogram, BarsInEighths) {
    EXPECT_EQ(bar(0, 8, 1), "");
    EXPECT_EQ(bar(3, 8, 1), "▍");
    EXPECT_EQ(bar(8, 8, 2), "██");
    EXPECT_EQ(bar(1, 1'000'000, 2), "▏");
}

TEST(Histogram, EveryValueIsInOneInterval) {
    std::vector<std::uint64_t> values(101);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = i;
    }
    const std::string text = histogram(values);
    EXPECT_THAT(text, HasSubstr("   0 –  10 │"));
    EXPECT_THAT(text, HasSubstr("  99 – 109 │"));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
}

} // namespace
} // namespace fedmrn
