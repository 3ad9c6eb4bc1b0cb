// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include <gtest/gtest.h>

#include "fedmrn/message.hpp"
#include "tests/engine/message/samples.hpp"

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

constexpr std::string_view sparse_hex =
    "464d524e" "0100" "05" "00" "07000000" "cdcccc3d"
    "0300000000000000" "0900000000000000" "5802000000000000"
    "03000000" "09000000"
    "0105" "02ac020702" "0007"  // mask 5, sparse 300 with 7 ones in 2 words, float32 7
    "000000"                    // padding
    "16000000"                  // 5 mask bits
    "41a00920" "c01f0000"       // gaps 0, 0, 38, 0, 128, 127, 0 with 5 low bits
    "0000803f" "000080bf" "00000040" "000000c0" "0000003f" "000000bf" "00004040"
    "445356bd";
// clang-format on

samples::Bytes bytes_of(std::string_view hex) {
    samples::Bytes bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes.push_back(
            static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return bytes;
}

samples::Bytes golden_bytes() { return bytes_of(golden_hex); }

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

/// Ones 0, 1, 40, 41, 170, 298 and 299, behind a mask of five.
TEST(MessageLayout, IsTheGoldenBytesOfASparseTensor) {
    Message message;
    message.method = 5;
    message.parameter = 0.1F;
    message.round = 7;
    message.client = 3;
    message.seed = 9;
    message.samples = 600;
    message.tensors = {{Encoding::mask, 5}, {Encoding::sparse, 300, 7}, {Encoding::float32, 7}};
    message.mask = {0b10110, 3, 3 << 8, 0, 0, 0, 1 << 10, 0, 0, 0, 3 << 10};
    message.dense = {1, -1, 2, -2, 0.5F, -0.5F, 3};
    const auto golden = bytes_of(sparse_hex);
    EXPECT_EQ(encode(message), golden);
    EXPECT_EQ(decode(golden), message);
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
