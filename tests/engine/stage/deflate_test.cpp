// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cstring>

#include "engine/base/crc32c.hpp"
#include "engine/message/received.hpp"
#include "engine/stage/deflate_packing.hpp"
#include "tests/support/method_test.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn::test {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::uint64_t no_limit = std::uint64_t{1} << 40;

Bytes zeros(std::size_t count) { return Bytes(count); }
Bytes random_bytes(std::size_t count) {
    RandomValues random(count + 1);
    Bytes bytes(count);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.below(256));
    return bytes;
}

/// With a CRC that fits: without one nothing else is looked at.
Bytes signed_again(Bytes bytes) {
    const std::uint32_t crc = crc32c(std::span(bytes).first(bytes.size() - 4));
    std::memcpy(bytes.data() + bytes.size() - 4, &crc, 4);
    return bytes;
}

std::string refusal(const Bytes& bytes, std::uint64_t limit = no_limit) {
    return error_of([&] { (void)unpacked(DeflatePacking(), bytes, limit); });
}

TEST(DeflateStage, WhatIsPackedUnpacksToTheSameBytes) {
    for (const int level : {1, 6, 9}) {
        for (const std::size_t size : {0, 1, 15, 16, 17, 65'535, 1'000'003}) {
            for (const Bytes& bytes : {zeros(size), random_bytes(size)}) {
                const Bytes small = packed(DeflatePacking(level), bytes);
                EXPECT_TRUE(is_packed(small));
                EXPECT_EQ(packed_header(small).packing, 1);
                EXPECT_EQ(claimed_bytes(small), size);
                EXPECT_EQ(unpacked(DeflatePacking(), small, size), bytes) << size;
            }
        }
    }
    EXPECT_LT(packed(DeflatePacking(), zeros(1'000'000)).size(), 1100U);
}

/// The format, by hand: header, a stored block of RFC 1951 (3.2.4), CRC.
TEST(DeflateStage, ReadsWhatIsWrittenDown) {
    Bytes bytes = bytes_of(std::string("FMRP\1\0\1\0\2\0\0\0\0\0\0\0\1\2\0\xfd\xff"
                                       "hi____",
                                       27));
    EXPECT_EQ(unpacked(DeflatePacking(), signed_again(bytes), no_limit), bytes_of("hi"));
    bytes[16] = std::byte{0}; // no last block
    EXPECT_EQ(refusal(signed_again(bytes)),
              "uplink message: packed: 7 bytes that deflate does not make of a message of 2 bytes");
}

TEST(DeflateStage, EveryMalformedMessageHasItsReason) {
    const Bytes good = packed(DeflatePacking(), bytes_of("a message that repeats, that repeats"));
    const auto with = [&](std::size_t at, std::uint8_t value) {
        Bytes bytes = good;
        bytes[at] = static_cast<std::byte>(value);
        return signed_again(bytes);
    };
    const std::string start = "uplink message: ";
    EXPECT_EQ(refusal({}), start + "does not start with \"FMRP\": not packed");
    EXPECT_EQ(refusal(with(3, 'N')), start + "does not start with \"FMRP\": not packed");
    EXPECT_EQ(refusal(Bytes(good.begin(), good.begin() + 19)),
              start + "truncated: 19 bytes, a packed message has at least 20");
    EXPECT_EQ(refusal(with(4, 2)), start + "packed: unknown version 2, expected 1");
    EXPECT_EQ(refusal(with(6, 9)), start + "packed by packing 9, expected 1 (deflate)");
    EXPECT_EQ(refusal(with(7, 1)), start + "packed: byte 7 is not zero");
    Bytes damaged = good;
    damaged[18] ^= std::byte{1};
    EXPECT_THAT(refusal(damaged), testing::StartsWith(start + "packed: wrong CRC32C "));
    EXPECT_THAT(refusal(with(8, 35)),
                testing::HasSubstr("that deflate does not make of a message"));
    EXPECT_THAT(refusal(with(8, 37)),
                testing::HasSubstr("that deflate does not make of a message"));
    for (std::size_t cut = 20; cut < good.size(); ++cut) { // a stream cut off
        Bytes part(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(cut));
        EXPECT_THAT(refusal(signed_again(part)), testing::HasSubstr("packed: ")) << cut;
    }
    Bytes longer = good; // a byte behind the stream
    longer.insert(longer.end() - 4, std::byte{0});
    EXPECT_THAT(refusal(signed_again(longer)), testing::HasSubstr("that deflate does not make"));
}

/// Neither a claim nor a stream makes a receiver take more than its limit, or than DEFLATE can
/// hold.
TEST(DeflateStage, ABombIsRefusedBeforeItIsUnpacked) {
    const Bytes bomb = packed(DeflatePacking(9), zeros(100'000'000));
    const std::size_t payload = bomb.size() - 20;
    EXPECT_EQ(refusal(bomb, 5'000), "uplink message: packed: impossible count, " +
                                        std::to_string(payload) +
                                        " bytes unpack to 100000000, at most 5000 can");
    Bytes liar = bomb; // it claims little
    std::memcpy(liar.data() + 8, "\x10\0\0\0\0\0\0\0", 8);
    EXPECT_THAT(refusal(signed_again(liar), 5'000), testing::HasSubstr("a message of 16 bytes"));
    liar = packed(DeflatePacking(), zeros(10));
    std::memset(liar.data() + 8, 0xff, 8);
    EXPECT_THAT(refusal(signed_again(liar)), testing::HasSubstr("at most "));
}

using DeflateMessages = MethodTest;
INSTANTIATE_TEST_SUITE_P(On, DeflateMessages, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Of every method: the receiver's limit holds its messages, the longest of them too.
TEST_P(DeflateMessages, TheLimitOfAReceiverHoldsEveryMessage) {
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make_method(named.config, model.layout, 11);
        std::vector<float> values = RandomValues(3).values(method->local->count(), 0.02);
        const Buffer<float> g(device, global), u(device, values);
        const Message sent =
            sent_by(*method, device, {7, g.data()}, {9, 1009, 5, u.data(), g.data()});
        const Bytes bytes = encode(sent);
        const std::uint64_t most = most_message_bytes(method->uplink->table(7));
        EXPECT_LE(bytes.size(), most) << named.name;
        EXPECT_LE(most, 2 * bytes.size() + 64) << named.name; // and no more than it must
        EXPECT_EQ(unpacked(DeflatePacking(), packed(DeflatePacking(), bytes), most), bytes);
    }
}

} // namespace
} // namespace fedmrn::test
