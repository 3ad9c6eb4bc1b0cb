// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/columns.hpp"

#include <gmock/gmock.h>

#include "fedmrn/dataset.hpp"
#include "support.hpp"

namespace fedmrn::test {
namespace {

using Offsets = std::vector<std::uint64_t>;

/// Three samples of numbers, tokens and a class each; the same to test.
Dataset sound() {
    const auto split = [] {
        return Split{{Column("x", {{2}}, std::vector<float>(6)),
                      Column("bytes", {{1, 2, 2}}, std::vector<std::uint8_t>(12)),
                      Column("tokens", {{}, Element::i32, ragged(3)},
                             std::vector<std::int32_t>{1, 2, 0, 4, 0, 1}, {0, 3, 4, 6}, 5),
                      Column("label", labels(), std::vector<std::uint16_t>{0, 2, 1}, {}, 3)}};
    };
    return {"sound", split(), split()};
}

template <class Change> std::string found(Change change) {
    Dataset data = sound();
    change(data);
    return error_of([&] { check(data); });
}

TEST(Columns, OfASoundDataSetAreTaken) {
    EXPECT_NO_THROW(check(sound()));
    EXPECT_NO_THROW(check(Dataset{}));
    EXPECT_EQ(sound().train.samples(), 3u);
    EXPECT_EQ(sound().classes(), 3u);
    EXPECT_EQ(sound().shape().column("tokens").below, 5u);
    EXPECT_EQ(sound().shape().find("words"), nullptr);
}

TEST(Columns, KeepTheirValuesOrBorrowThem) {
    std::vector<float> own(6, 0.5f);
    const float* place = own.data();
    const Column kept("x", {{2}}, std::move(own));
    EXPECT_EQ(kept.as<float>().data(), place);
    const Column copy = kept; // NOLINT: a copy is what is tested
    EXPECT_EQ(copy.as<float>().data(), place);

    const auto theirs = std::make_shared<std::vector<std::int32_t>>(4, 7);
    {
        const Column borrowed =
            Column::of("y", {{2}}, std::span<const std::int32_t>(*theirs), {}, theirs);
        EXPECT_EQ(borrowed.as<std::int32_t>().data(), theirs->data());
        EXPECT_EQ(borrowed.samples(), 2u);
        EXPECT_EQ(borrowed.tensor.element, Element::i32);
        EXPECT_EQ(theirs.use_count(), 2);
    }
    EXPECT_EQ(theirs.use_count(), 1);
    EXPECT_EQ(error_of([&] { (void)kept.as<std::int32_t>(); }),
              "column x: holds 2 f32, asked for as one i32");
}

TEST(Columns, ThatAreNotThereAreNamed) {
    EXPECT_EQ(
        error_of([] { (void)sound().train.column("y"); }),
        "no column y; there are x (2 f32), bytes (1x2x2 u8), tokens (one i32 a token of up to "
        "3), label (one u16)");
    EXPECT_EQ(error_of([] { (void)DataShape{}.column("y"); }), "no column y; there are none");
}

/// Each mistake is one line that names data set, split and column.
TEST(Columns, WithAMistakeAreRefused) {
    const std::string train = "data set sound, training samples, column ";
    const auto retake = [](Column& column, auto... arguments) {
        column = Column(column.name, column.tensor, arguments...);
    };
    EXPECT_EQ(found([](Dataset& d) { d.train.columns[1].name = "x"; }),
              train + "x: there is another of this name");
    EXPECT_EQ(found([](Dataset& d) { d.train.columns[1].name = ""; }), train + ": has no name");
    EXPECT_EQ(found([](Dataset& d) { d.train.columns[0].tensor.element = Element::real; }),
              train + "x: 2 real, expected elements u8, u16, i32 or f32 for each sample or token");
    EXPECT_EQ(found([&](Dataset& d) { retake(d.train.columns[0], std::vector<float>(7)); }),
              train + "x: 28 bytes of values, expected a multiple of the 8 of a sample");
    EXPECT_EQ(found([&](Dataset& d) { retake(d.train.columns[1], std::vector<std::uint8_t>(16)); }),
              train + "bytes: 4 samples, expected 3, as many as column x has");
    EXPECT_EQ(found([](Dataset& d) { d.train.columns[0].offsets = d.train.columns[2].offsets; }),
              train + "x: has offsets, which only ragged rows have");
    EXPECT_EQ(found([](Dataset& d) { d.train.columns[1].mean = {0.5f}; }),
              train + "bytes: 1 means and 0 deviations, expected none or 2, one a channel");
    EXPECT_EQ(found([](Dataset& d) {
                  d.train.columns[0].mean = d.train.columns[0].deviation = {1, 1};
              }),
              train + "x: 2 means and 2 deviations, expected none");
    EXPECT_EQ(found([](Dataset& d) { d.train.columns[0].below = 2; }),
              train + "x: says that its values are below 2, which integers alone can be");
    EXPECT_EQ(found([](Dataset& d) { d.train.columns[3].below = 2; }),
              train + "label: 2 in sample 1, expected 0 to 1");
    EXPECT_EQ(found([](Dataset& d) { d.train.columns[3].below = 0; }),
              train + "label: one u16 below 0, expected a class a sample: one u16, and how many "
                      "classes there are");
    const auto tokens = [&](std::vector<std::int32_t> values, Offsets offsets) {
        return found([&](Dataset& d) { retake(d.train.columns[2], values, offsets, 5u); });
    };
    EXPECT_EQ(tokens({1, 2, 0, -4, 0, 1}, {0, 3, 4, 6}),
              train + "tokens: -4 in row 3, expected 0 to 4");
    EXPECT_EQ(tokens({1, 2, 0, 4, 0, 1}, {0, 3, 4, 5}),
              train + "tokens: offsets from 0 to 5, expected them from 0 to its 6 rows");
    EXPECT_EQ(tokens({1, 2, 0, 4, 0, 1}, {0, 4, 5, 6}),
              train + "tokens: sample 0 has the rows from 0 to 4, expected 1 to 3 rows");
    EXPECT_EQ(tokens({1, 2, 0, 4, 0, 1}, {0, 3, 3, 6}),
              train + "tokens: sample 1 has the rows from 3 to 3, expected 1 to 3 rows");
    EXPECT_EQ(found([](Dataset& d) {
                  d.train.columns[0] = Column("next", {{}, Element::i32, ragged(3)},
                                              std::vector<std::int32_t>(6), {0, 2, 4, 6});
              }),
              train + "tokens: other rows a sample than column next, expected the same where both "
                      "have up to 3");
    EXPECT_EQ(found([](Dataset& d) { d.test.columns.pop_back(); }),
              "data set sound: 4 columns of training samples, 3 of test samples, expected as many");
    EXPECT_EQ(found([](Dataset& d) { d.test.columns[2].tensor.rows = ragged(4); }),
              "data set sound, test samples, column tokens (one i32 a token of up to 4) below 5: "
              "expected tokens (one i32 a token of up to 3) below 5, as among the training "
              "samples");
}

/// Memory that a program hands over may begin anywhere; elements may not.
TEST(Columns, AtAnOddAddressAreRefused) {
    const std::vector<std::byte> bytes(33);
    Dataset data{"odd",
                 {{Column("x", {}, std::vector<float>(8))}},
                 {{Column("x", {}, std::vector<float>(8))}}};
    const std::span<const std::byte> odd = std::span(bytes).subspan(1);
    data.test.columns[0].values = odd;
    EXPECT_EQ(error_of([&] { check(data); }),
              "data set odd, test samples, column x: values at an address that is no multiple of "
              "the 4 bytes of an element");
}

} // namespace
} // namespace fedmrn::test
