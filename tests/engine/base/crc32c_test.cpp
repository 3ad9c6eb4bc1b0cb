// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/crc32c.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace fedmrn {
namespace {

void expect_crc(const std::vector<unsigned char>& bytes, std::uint32_t expected) {
    EXPECT_EQ(crc32c(std::as_bytes(std::span(bytes))), expected);
    EXPECT_EQ(crc32c_portable(std::as_bytes(std::span(bytes))), expected);
}

TEST(Crc32c, GivesTheKnownAnswers) {
    constexpr std::string_view check = "123456789"; // the catalogue's check value
    expect_crc({check.begin(), check.end()}, 0xE306'9283);
    expect_crc({}, 0);
    // RFC 3720, appendix B.4
    expect_crc(std::vector<unsigned char>(32, 0x00), 0x8A91'36AA);
    expect_crc(std::vector<unsigned char>(32, 0xFF), 0x62A8'AB43);
    std::vector<unsigned char> counting(32);
    std::iota(counting.begin(), counting.end(), 0);
    expect_crc(counting, 0x46DD'794E);
    std::reverse(counting.begin(), counting.end());
    expect_crc(counting, 0x113F'DB5C);
}

TEST(Crc32c, IsTheDefinitionAtEveryLengthAndAlignment) {
    std::vector<std::byte> bytes(4104);
    std::mt19937 random(1);
    for (auto& byte : bytes) byte = static_cast<std::byte>(random());
    for (const std::size_t start : {0, 1, 3, 7}) {
        std::uint32_t crc = ~0U; // one bit at a time, as the polynomial is defined
        for (std::size_t length = 0; start + length < bytes.size(); ++length) {
            const auto piece = std::span(bytes).subspan(start, length);
            ASSERT_EQ(crc32c(piece), ~crc) << start << ' ' << length;
            ASSERT_EQ(crc32c_portable(piece), ~crc) << start << ' ' << length;
            crc ^= static_cast<std::uint32_t>(bytes[start + length]);
            for (int bit = 0; bit < 8; ++bit)
                crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82F6'3B78U : 0U);
        }
    }
}

/// Several blocks of three streams, and what is left over after them.
TEST(Crc32c, OfLongMessagesIsThatOfTheTables) {
    std::vector<std::byte> bytes(5 * 3072 + 1031);
    std::mt19937 random(2);
    for (auto& byte : bytes) byte = static_cast<std::byte>(random());
    for (std::size_t length = 3000; length <= bytes.size(); length += 61) {
        const auto piece = std::span(bytes).last(length);
        ASSERT_EQ(crc32c(piece), crc32c_portable(piece)) << length;
        const auto front = piece.first(length / 3), back = piece.subspan(length / 3);
        ASSERT_EQ(crc32c(back, crc32c(front)), crc32c(piece)) << length;
        ASSERT_EQ(crc32c_portable(back, crc32c_portable(front)), crc32c(piece)) << length;
    }
}

} // namespace
} // namespace fedmrn
