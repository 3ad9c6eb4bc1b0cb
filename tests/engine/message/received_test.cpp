// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/message/received.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "tests/engine/message/samples.hpp"

namespace fedmrn {
namespace {

const std::vector<TensorEntry> every_kind{{Encoding::mask, 33},
                                          {packed_encoding(3, true), 70},
                                          {Encoding::sparse, 100, 7},
                                          {Encoding::float32, 5},
                                          {packed_encoding(2, false), 9}};

/// Wherever the bytes begin: words that are not aligned are copied, and nothing else changes.
TEST(ReceivedMessage, ReadsBytesFromAnyAddress) {
    const Message message = samples::random_message(every_kind, 1);
    const auto bytes = encode(message);
    for (std::size_t offset = 0; offset < 8; ++offset) {
        std::vector<std::byte> shifted(offset + bytes.size());
        std::copy(bytes.begin(), bytes.end(),
                  shifted.begin() + static_cast<std::ptrdiff_t>(offset));
        const std::span<const std::byte> at = std::span(shifted).subspan(offset);
        const ReceivedMessage received(at, message.tensors);
        EXPECT_EQ(owned(received.view()), message) << offset;
    }
}

/// What stands in the bytes as it is used is not copied; a table of sparse tensors costs its bits.
TEST(ReceivedMessage, LeavesArraysWhereTheyStand) {
    const Message message = samples::golden_message();
    const auto bytes = encode(message);
    const ReceivedMessage received(bytes, message.tensors);
    const auto inside = [&](const void* at) {
        return at >= bytes.data() && at < bytes.data() + bytes.size();
    };
    EXPECT_TRUE(inside(received.view().mask.data()));
    EXPECT_TRUE(inside(received.view().dense.data()));
    const auto sparse = encode(samples::random_message(every_kind, 2));
    const ReceivedMessage with_positions(sparse);
    EXPECT_EQ(with_positions.view().mask.size(), 2U + 4U);
}

/// Its views hold wherever it is moved to.
TEST(ReceivedMessage, CanBeMoved) {
    const Message message = samples::random_message(every_kind, 3);
    const auto bytes = encode(message);
    std::vector<ReceivedMessage> received;
    for (int i = 0; i < 5; ++i) received.emplace_back(bytes, message.tensors);
    for (const ReceivedMessage& one : received) EXPECT_EQ(owned(one.view()), message);
}

/// Checked whole before anybody sees a view of it.
TEST(ReceivedMessage, IsCheckedBeforeItIsUsed) {
    auto bytes = encode(samples::golden_message());
    bytes[bytes.size() - 6] ^= std::byte{1};
    EXPECT_NE(samples::reason([&] { ReceivedMessage received(bytes); }).find("wrong CRC32C"),
              std::string::npos);
    auto nan = encode(samples::golden_message());
    const float value = std::numeric_limits<float>::quiet_NaN();
    std::memcpy(nan.data() + nan.size() - 8, &value, 4);
    nan = samples::with_crc(std::move(nan));
    EXPECT_NE(samples::reason([&] { ReceivedMessage received(nan); }).find("element 1 is nan"),
              std::string::npos);
}

/// To the end of a long one, at whatever address it stands.
TEST(ReceivedMessage, IsCheckedToItsEnd) {
    const auto whole = encode(samples::random_message({{Encoding::float32, 10'001}}, 1));
    for (const std::size_t place : {0, 767, 768, 1536, 10'000}) {
        auto nan = whole;
        const float value = std::numeric_limits<float>::quiet_NaN();
        std::memcpy(nan.data() + nan.size() - 4 - 4 * (10'001 - place), &value, 4);
        nan = samples::with_crc(std::move(nan));
        nan.insert(nan.begin(), std::byte{0});
        const std::span<const std::byte> odd = std::span(nan).subspan(1);
        const std::string why = "element " + std::to_string(place) + " is nan";
        EXPECT_NE(samples::reason([&] { ReceivedMessage received(odd); }).find(why),
                  std::string::npos);
    }
}

} // namespace
} // namespace fedmrn
