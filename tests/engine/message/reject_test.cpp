// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/words.hpp"
#include "fedmrn/message.hpp"
#include "tests/engine/message/samples.hpp"

// Every class of malformed message, each with its own reason. The edits below are of the golden
// message; message_layout_test.cpp shows where its bytes stand.
namespace fedmrn {
namespace {

using samples::Bytes;
using samples::with_crc;

Bytes golden() { return encode(samples::golden_message()); }

/// The golden message with bytes written over it from an offset on, and a CRC that fits again.
Bytes forged(std::size_t offset, std::initializer_list<int> values) {
    Bytes bytes = golden();
    for (const int value : values) bytes.at(offset++) = static_cast<std::byte>(value);
    return with_crc(std::move(bytes));
}

/// A message with this table and nothing else but zeros up to size bytes.
Bytes of_table(std::uint32_t tensors, std::initializer_list<int> table, std::size_t size) {
    Bytes bytes = golden();
    bytes.resize(48);
    std::memcpy(&bytes[40], &tensors, 4);
    const auto length = static_cast<std::uint32_t>(table.size());
    std::memcpy(&bytes[44], &length, 4);
    for (const int value : table) bytes.push_back(static_cast<std::byte>(value));
    bytes.resize(std::max(size, bytes.size() + 4));
    return with_crc(std::move(bytes));
}

std::string why(const Bytes& bytes) {
    return samples::reason([&] { (void)decode(bytes); });
}

#define EXPECT_WHY(bytes, text) EXPECT_EQ(why(bytes), std::string("uplink message: ") + (text))

TEST(MessageReject, EverySingleBitFlip) {
    const Bytes bytes = golden();
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        Bytes flipped = bytes;
        flipped[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        EXPECT_THROW((void)decode(flipped), Error) << "bit " << bit;
    }
}

TEST(MessageReject, EveryTruncationAndExtension) {
    const Bytes bytes = golden();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const Bytes shorter(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_THAT(why(shorter), testing::StartsWith(
                                      "uplink message: truncated: " + plural(size, "byte") + ", "));
    }
    for (std::size_t more = 1; more < 9; ++more) {
        Bytes longer = bytes;
        longer.resize(bytes.size() + more);
        EXPECT_THAT(why(longer), testing::HasSubstr(plural(more, "trailing byte") + ":"));
    }
}

TEST(MessageReject, WrongLength) {
    const Bytes bytes = golden();
    EXPECT_WHY(Bytes{}, "truncated: 0 bytes, a header has 48");
    EXPECT_WHY(Bytes(bytes.begin(), bytes.begin() + 47), "truncated: 47 bytes, a header has 48");
    EXPECT_WHY(Bytes(bytes.begin(), bytes.begin() + 54),
               "truncated: 54 bytes, header and table need 55");
    EXPECT_WHY(Bytes(bytes.begin(), bytes.end() - 1), "truncated: 111 bytes, the table needs 112");
    Bytes longer = bytes;
    longer.resize(115);
    EXPECT_WHY(longer, "3 trailing bytes: 115 bytes, the table needs 112");
}

TEST(MessageReject, WhatIsNotAMessageOfThisVersion) {
    EXPECT_WHY(forged(0, {'P', 'K', 3, 4}), "does not start with \"FMRN\": wrong magic");
    EXPECT_WHY(forged(4, {2, 0}), "unknown version 2, expected 1");
    EXPECT_WHY(forged(4, {1, 1}), "unknown version 257, expected 1");
}

TEST(MessageReject, AWrongCrc) {
    Bytes bytes = golden();
    bytes[60] ^= std::byte{1};
    EXPECT_THAT(why(bytes),
                testing::MatchesRegex("uplink message: wrong CRC32C f3f3c43d, its bytes "
                                      "give [0-9a-f]{8}: damaged on the way"));
}

TEST(MessageReject, AMalformedTable) {
    EXPECT_WHY(forged(48, {7}), "tensor 0: unknown encoding 7, expected 0 (float32), 1 (mask), "
                                "2 (sparse), 33 to 48 (packed), 65 to 80 (packed with a scale) or "
                                "97 to 112 (packed with a scale for every 512)");
    EXPECT_WHY(forged(50, {255}), "tensor 1: unknown encoding 255, expected 0 (float32), 1 (mask), "
                                  "2 (sparse), 33 to 48 (packed), 65 to 80 (packed with a scale) "
                                  "or 97 to 112 (packed with a scale for every 512)");
    EXPECT_WHY(of_table(1, {0, 0x80, 0x00}, 0), "tensor 0: overlong element count, 2 bytes for 0");
    EXPECT_WHY(of_table(1, {0, 0x85, 0x80, 0x00}, 0),
               "tensor 0: overlong element count, 3 bytes for 5");
    EXPECT_WHY(of_table(1, {0, 0x80}, 0), "tensor 0: element count is cut off by the table's end");
    EXPECT_WHY(of_table(1, {0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80}, 0),
               "tensor 0: element count of more than 7 bytes");
    EXPECT_WHY(of_table(2, {0, 0x81, 0x80, 0x01}, 80), "the table ends after 1 tensor, expected 2");
    EXPECT_WHY(of_table(1, {0, 0, 0}, 0), "1 byte left in the table after 1 tensor");
}

TEST(MessageReject, ImpossibleCounts) {
    EXPECT_WHY(forged(32, {0, 0}), "impossible count, 0 samples, expected 1 to 2^40");
    EXPECT_WHY(forged(32, {1, 0, 0, 0, 0, 1}),
               "impossible count, 1099511627777 samples, expected 1 to 2^40");
    EXPECT_WHY(forged(40, {0, 0, 1, 0}), "impossible count, 65536 tensors, at most 65535 fit");
    EXPECT_WHY(forged(40, {255, 255, 255, 255}),
               "impossible count, 4294967295 tensors, at most 65535 fit");
    EXPECT_WHY(forged(40, {4}), "impossible count, 4 tensors in a table of 7 bytes");
    EXPECT_WHY(forged(44, {67}), "impossible count, 3 tensors in a table of 67 bytes");
    EXPECT_WHY(forged(40, {0}), "impossible count, 0 tensors in a table of 7 bytes");
    EXPECT_WHY(of_table(1, {1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40}, 0),
               "tensor 0: impossible count, 281474976710656 elements reach the limit of 2^48");
    // Each of the two is below the limit; as float32 bytes their sum would not fit 48 bits.
    EXPECT_WHY(of_table(2,
                        {0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, //
                         1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20},
                        0),
               "tensor 1: impossible count, 140737488355328 elements reach the limit of 2^48");
}

TEST(MessageReject, MoreElementsThanBytesWithoutAllocatingThem) {
    EXPECT_WHY(of_table(1, {0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x3F}, 64),
               "truncated: 64 bytes, the table needs 1125899906842680");
}

TEST(MessageReject, BitsThatMustBeZero) {
    EXPECT_WHY(forged(55, {1}), "padding after the table is not zero");
    EXPECT_WHY(forged(97, {0x0F}), "mask bits past the last of 331 elements are set");
    EXPECT_WHY(forged(99, {0x80}), "mask bits past the last of 331 elements are set");
}

TEST(MessageReject, ADivergedClient) {
    const int zero = 0;
    EXPECT_WHY(forged(100, {zero, zero, 0x80, 0x7F}),
               "tensor 1: element 0 is infinite, expected a finite number");
    EXPECT_WHY(forged(104, {1, zero, 0x80, 0xFF}),
               "tensor 1: element 1 is nan, expected a finite number");
    EXPECT_WHY(forged(12, {zero, zero, 0xC0, 0x7F}),
               "the method's parameter is not a finite number");
}

/// 33 codes of 2 bits with a scale after the header, a table of 2 bytes and 2 of padding.
TEST(MessageReject, CodesAndScalesThatCannotBe) {
    const auto message = samples::random_message({{packed_encoding(2, true), 33}}, 1);
    const auto changed = [&](std::size_t word, std::uint32_t value) {
        Bytes bytes = encode(message);
        EXPECT_EQ(bytes.size(), 48U + 4 + 4 * 4 + 4 + 4);
        std::memcpy(&bytes[52 + 4 * word], &value, 4);
        return with_crc(std::move(bytes));
    };
    EXPECT_EQ(why(changed(3, 1)), "accepted");
    EXPECT_WHY(changed(2, 2), "tensor 0: bits past the last of 33 codes are set");
    EXPECT_WHY(changed(3, 1U << 31), "tensor 0: bits past the last of 33 codes are set");
    EXPECT_WHY(changed(4, 0x7F800000), "tensor 0: its scale is infinite, expected a finite number");
    EXPECT_WHY(changed(4, 0x7FC00000), "tensor 0: its scale is nan, expected a finite number");
    for (const int encoding : {3, 31, 32, 49, 63, 64, 81, 95, 96, 113, 128, 129, 255})
        EXPECT_THAT(why(of_table(1, {encoding, 1}, 80)),
                    testing::StartsWith("uplink message: tensor 0: unknown encoding " +
                                        std::to_string(encoding) + ", "));
    EXPECT_WHY(of_table(1, {80, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x3F}, 64),
               "truncated: 64 bytes, the table needs 562949953421376");
}

/// A message of one sparse tensor, its stream written as it is read: from the first bit on.
Bytes of_stream(int elements, int ones, int words, std::string_view stream) {
    Bytes bytes = of_table(1, {2, elements, ones, words}, 0);
    bytes.resize(52); // header and table
    bytes.resize(52 + 4 * static_cast<std::size_t>(words));
    std::size_t bit = 0;
    for (const char c : stream) {
        if (c == ' ') continue;
        if (c == '1') bytes[52 + bit / 8] |= static_cast<std::byte>(1U << bit % 8);
        ++bit;
    }
    bytes.resize(bytes.size() + 4);
    return with_crc(std::move(bytes));
}

/// 4 of 40 elements have codes of three low bits: gap g is g / 8 zeros, a one, and g mod 8 with its
/// lowest bit first.
TEST(MessageReject, PositionsThatCannotBe) {
    const Bytes good = of_stream(40, 4, 1, "1 000 1 100 1 010 00001 100"); // gaps 0, 1, 2, 33
    EXPECT_EQ(why(good), "accepted");
    EXPECT_EQ(decode(good).mask, (std::vector<std::uint32_t>{1 | 1 << 2 | 1 << 5, 1 << 7}));
    EXPECT_WHY(of_stream(40, 4, 1, "1 000 1 100 1 010"),
               "tensor 0: its positions end after 3, expected 4");
    EXPECT_WHY(of_stream(40, 4, 1, "1 000 1 100 1 010 0000 0000 0000 0000 001 1"),
               "tensor 0: its positions end after 3, expected 4");
    EXPECT_WHY(of_stream(40, 4, 1, ""), "tensor 0: its positions end after 0, expected 4");
    EXPECT_WHY(of_stream(40, 4, 1, "1 000 1 100 1 010 00001 010"),
               "tensor 0: position 3 is 40, expected below 40");
    EXPECT_WHY(of_stream(40, 4, 1, "0000001 000"), "tensor 0: position 0 is 48, expected below 40");
    EXPECT_WHY(of_stream(40, 4, 1, "1 000 1 100 1 010 00001 100 1"),
               "tensor 0: bits past the last of 4 positions are set");
    EXPECT_WHY(of_stream(40, 4, 1, "1 000 1 100 1 010 00001 100 0000 0000 0001"),
               "tensor 0: bits past the last of 4 positions are set");
    // 7 of 100 elements take one word or two.
    const std::string seven = "1 000 1 000 1 000 1 000 1 000 1 000 1 000";
    EXPECT_EQ(why(of_stream(100, 7, 1, seven)), "accepted");
    EXPECT_WHY(of_stream(100, 7, 2, seven), "tensor 0: 1 word past the last of 7 positions");
    EXPECT_WHY(of_stream(100, 7, 2, seven + " 0000 1"),
               "tensor 0: 1 word past the last of 7 positions");
    EXPECT_WHY(of_stream(100, 7, 3, seven),
               "tensor 0: impossible count, 3 words of positions, 7 of "
               "100 elements take 1 to 2");
    EXPECT_WHY(of_stream(40, 4, 0, ""), "tensor 0: impossible count, 0 words of positions, 4 of 40 "
                                        "elements take 1 to 1");
}

/// A reader without the model allocates 2^28 bits at the most for what no one pays for.
TEST(MessageReject, MoreThanIsBelievedWithoutTheModel) {
    EXPECT_EQ(why(of_table(1, {2, 0x80, 0x80, 0x80, 0x80, 1, 0, 0}, 60)), "accepted");
    EXPECT_WHY(of_table(1, {2, 0x81, 0x80, 0x80, 0x80, 1, 0, 0}, 60),
               "tensor 0: 268435457 elements of sparse tensors so far, more than 268435456 are not "
               "believed without the model");
}

TEST(MessageReject, OnesThatCannotBe) {
    EXPECT_WHY(of_stream(40, 41, 1, ""), "tensor 0: impossible count, 41 ones in 40 elements");
    EXPECT_EQ(why(of_stream(0, 0, 0, "")), "accepted");
    EXPECT_EQ(why(of_table(1, {2, 0xC0, 0x84, 0x3D, 0, 0}, 60)), "accepted"); // 0 of 1,000,000
    EXPECT_WHY(of_stream(40, 0, 1, ""), "tensor 0: impossible count, 1 word of positions, 0 of 40 "
                                        "elements take 0 to 0");
    EXPECT_WHY(of_table(1, {2, 40, 0x84, 0x00, 1}, 0),
               "tensor 0: overlong count of ones, 2 bytes for 4");
    EXPECT_WHY(of_table(1, {2, 40, 4, 0x81, 0x00}, 0),
               "tensor 0: overlong count of words, 2 bytes for 1");
    EXPECT_WHY(of_table(1, {2, 40}, 0), "tensor 0: count of ones is cut off by the table's end");
    EXPECT_WHY(of_table(1, {2, 40, 4}, 0),
               "tensor 0: count of words is cut off by the table's end");
    EXPECT_WHY(of_table(1, {2, 40, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, 0),
               "tensor 0: count of ones of more than 7 bytes");
    // 2⁴⁷ elements, 2³⁵ of them set: 17 TB of bits that no bytes pay for.
    EXPECT_WHY(of_table(1,
                        {2, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, //
                         0x80, 0x80, 0x80, 0x80, 0x80, 0x01,          //
                         0x80, 0x80, 0x80, 0x80, 0x30},
                        80),
               "truncated: 80 bytes, the table needs 51539607624");
}

TEST(MessageReject, AnotherModel) {
    const auto other = [](std::vector<TensorEntry> expected) {
        return samples::reason([&] { (void)decode(golden(), expected); });
    };
    EXPECT_EQ(other({{Encoding::mask, 33}, {Encoding::float32, 4}, {Encoding::mask, 298}}),
              "uplink message: wrong model: tensor 1 has 2 float32 elements, expected 4 float32 "
              "elements");
    EXPECT_EQ(other({{Encoding::mask, 33}, {Encoding::float32, 2}, {Encoding::float32, 298}}),
              "uplink message: wrong model: tensor 2 has 298 mask elements, expected 298 float32 "
              "elements");
    EXPECT_EQ(other({{Encoding::mask, 33}, {Encoding::float32, 2}}),
              "uplink message: wrong model: 3 tensors, expected 2");
    EXPECT_EQ(other({}), "uplink message: wrong model: 3 tensors, expected 0");
    const Bytes sparse = of_stream(40, 4, 1, "1 000 1 100 1 010 00001 100");
    const std::vector<TensorEntry> same{{Encoding::sparse, 40, 4}}, more{{Encoding::sparse, 40, 5}};
    EXPECT_EQ(decode(sparse, same).tensors, same);
    EXPECT_EQ(samples::reason([&] { (void)decode(sparse, more); }),
              "uplink message: wrong model: tensor 0 has 4 of 40 sparse elements, expected 5 of 40 "
              "sparse elements");
}

} // namespace
} // namespace fedmrn
