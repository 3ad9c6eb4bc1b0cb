// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedmrn/message.hpp"
#include "tests/engine/method/message_samples.hpp"

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
        EXPECT_THAT(why(shorter), testing::StartsWith("uplink message: truncated: " +
                                                      std::to_string(size) + " bytes, "));
    }
    for (std::size_t more = 1; more < 9; ++more) {
        Bytes longer = bytes;
        longer.resize(bytes.size() + more);
        EXPECT_THAT(why(longer), testing::HasSubstr(std::to_string(more) + " trailing bytes"));
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
                                "33 to 48 (packed) or 65 to 80 (packed with a scale)");
    EXPECT_WHY(forged(50, {255}), "tensor 1: unknown encoding 255, expected 0 (float32), 1 (mask), "
                                  "33 to 48 (packed) or 65 to 80 (packed with a scale)");
    EXPECT_WHY(of_table(1, {0, 0x80, 0x00}, 0), "tensor 0: overlong element count, 2 bytes for 0");
    EXPECT_WHY(of_table(1, {0, 0x85, 0x80, 0x00}, 0),
               "tensor 0: overlong element count, 3 bytes for 5");
    EXPECT_WHY(of_table(1, {0, 0x80}, 0), "tensor 0: element count is cut off by the table's end");
    EXPECT_WHY(of_table(1, {0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80}, 0),
               "tensor 0: element count of more than 7 bytes");
    EXPECT_WHY(of_table(2, {0, 0x81, 0x80, 0x01}, 80),
               "the table ends after 1 tensors, expected 2");
    EXPECT_WHY(of_table(1, {0, 0, 0}, 0), "1 bytes left in the table after its 1 tensors");
}

TEST(MessageReject, ImpossibleCounts) {
    EXPECT_WHY(forged(32, {0, 0}), "impossible count, 0 samples, expected 1 to 2^40");
    EXPECT_WHY(forged(32, {1, 0, 0, 0, 0, 1}),
               "impossible count, 1099511627777 samples, expected 1 to 2^40");
    EXPECT_WHY(forged(40, {0, 0, 1, 0}), "impossible count, 65536 tensors, at most 65535 fit");
    EXPECT_WHY(forged(40, {255, 255, 255, 255}),
               "impossible count, 4294967295 tensors, at most 65535 fit");
    EXPECT_WHY(forged(40, {4}), "impossible count, 4 tensors in a table of 7 bytes");
    EXPECT_WHY(forged(44, {25}), "impossible count, 3 tensors in a table of 25 bytes");
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
    for (const int encoding : {2, 32, 49, 63, 64, 81, 96, 97, 255})
        EXPECT_THAT(why(of_table(1, {encoding, 1}, 80)),
                    testing::StartsWith("uplink message: tensor 0: unknown encoding " +
                                        std::to_string(encoding) + ", "));
    EXPECT_WHY(of_table(1, {80, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x3F}, 64),
               "truncated: 64 bytes, the table needs 562949953421376");
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
}

} // namespace
} // namespace fedmrn
