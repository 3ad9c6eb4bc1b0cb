// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include <gtest/gtest.h>

#include "fedmrn/message.hpp"
#include "tests/engine/method/message_samples.hpp"

namespace fedmrn {
namespace {

// Made from docs/message.md by a separate program: a change here breaks every reader.
// clang-format off
constexpr std::string_view golden_hex =
    "464d524e" "0100" "01" "02" // magic, version, method, variant
    "07000000" "0ad7233c"       // round, parameter 0.01
    "0807060504030201"          // client
    "8796a5b4c3d2e1f0"          // seed
    "5802000000000000"          // samples
    "03000000" "07000000"       // tensors, the table's bytes
    "0121" "0002" "01aa02"      // mask 33, float32 2, mask 298
    "00"                        // padding
    "ffffffff" "79563412" "a5a5a5a5" "a5a5a5a5" "a5a5a5a5" "a5a5a5a5"
    "a5a5a5a5" "a5a5a5a5" "a5a5a5a5" "a5a5a5a5" "ff070000" // 331 mask bits
    "0000803f" "000020c0"       // 1, -2.5
    "3dc4f3f3";                 // CRC32C
// clang-format on

samples::Bytes golden_bytes() {
    samples::Bytes bytes;
    for (std::size_t i = 0; i < golden_hex.size(); i += 2)
        bytes.push_back(
            static_cast<std::byte>(std::stoi(std::string(golden_hex.substr(i, 2)), nullptr, 16)));
    return bytes;
}

TEST(MessageLayout, EncodesTheGoldenBytes) {
    const auto bytes = encode(samples::golden_message());
    const auto golden = golden_bytes();
    ASSERT_EQ(bytes.size(), golden.size());
    for (std::size_t i = 0; i < bytes.size(); ++i)
        EXPECT_EQ(std::to_integer<int>(bytes[i]), std::to_integer<int>(golden[i])) << "byte " << i;
}

TEST(MessageLayout, DecodesTheGoldenBytes) {
    const auto expected = samples::golden_message();
    EXPECT_EQ(decode(golden_bytes()), expected);
    EXPECT_EQ(decode(golden_bytes(), expected.tensors), expected);
}

TEST(MessageLayout, ReadsFromAnyAlignment) {
    const auto golden = golden_bytes();
    for (std::size_t shift = 0; shift < 4; ++shift) {
        samples::Bytes shifted(shift + golden.size());
        std::copy(golden.begin(), golden.end(),
                  shifted.begin() + static_cast<std::ptrdiff_t>(shift));
        EXPECT_EQ(decode(std::span(shifted).subspan(shift)), samples::golden_message());
    }
}

TEST(MessageLayout, PaysForCnn4WhatTheLedgerSays) {
    const auto message = samples::random_message(samples::cnn4_table(), 1);
    EXPECT_EQ(message.tensors.size(), 21U);
    EXPECT_EQ(message.mask.size(), 389'920U / 32);
    EXPECT_EQ(message.dense.size(), 1'920U);

    constexpr std::size_t header = 48, table = 58, padding = 2, crc = 4;
    constexpr std::size_t mask = 389'920 / 8, dense = 1'920 * 4;
    EXPECT_EQ(encode(message).size(), header + table + padding + mask + dense + crc);
    EXPECT_EQ(encode(message).size(), 56'532U);

    constexpr double trainable = 389'920 + 960;
    EXPECT_NEAR((mask + dense) * 8 / trainable, 1.1547, 5e-5);
    EXPECT_NEAR(static_cast<double>(encode(message).size()) * 8 / trainable, 1.1570, 5e-5);
}

} // namespace
} // namespace fedmrn
