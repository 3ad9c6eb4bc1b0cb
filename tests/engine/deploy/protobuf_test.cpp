// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/deploy/protobuf.hpp"

#include <gtest/gtest.h>

namespace fedmrn {
namespace {

using namespace std::string_literals;

/// The examples of protobuf.dev/programming-guides/encoding.
TEST(Protobuf, WritesTheGuidesExamples) {
    EXPECT_EQ(ProtobufMessage().number(1, 150).bytes(), "\x08\x96\x01"s);
    EXPECT_EQ(ProtobufMessage().text(2, "testing").bytes(), "\x12\x07testing"s);
    EXPECT_EQ(ProtobufMessage().message(3, ProtobufMessage().number(1, 150)).bytes(),
              "\x1a\x03\x08\x96\x01"s);
}

TEST(Protobuf, WritesTheEndsOfItsRanges) {
    EXPECT_EQ(ProtobufMessage().number(1, 0).bytes(), "\x08\0"s);
    EXPECT_EQ(ProtobufMessage().number(20, ~std::uint64_t{0}).bytes(), // the field needs two bytes
              "\xa0\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s);
    EXPECT_EQ(ProtobufMessage().text(1, "").bytes(), "\x0a\0"s);
    EXPECT_EQ(ProtobufMessage().real(2, 1.0f).bytes(), "\x15\0\0\x80\x3f"s);
}

} // namespace
} // namespace fedmrn
