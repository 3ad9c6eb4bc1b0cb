// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include <gmock/gmock.h>

#include "engine/base/crc32c.hpp"
#include "engine/message/received.hpp"
#include "engine/stage/rans_packing.hpp"
#include "tests/engine/message/samples.hpp"
#include "tests/support/method_test.hpp"
#include "tests/support/methods_under_test.hpp"

namespace fedmrn::test {
namespace {

using samples::Bytes;

constexpr std::uint64_t no_limit = std::uint64_t{1} << 40;

std::string refusal(const Bytes& bytes, std::uint64_t limit = no_limit) {
    return samples::reason([&] { (void)unpacked(RansPacking(), bytes, limit); });
}

/// A message of every part: a mask that is mostly zeros, positions, codes, scales and floats.
Message of_every_part() {
    Message message = samples::random_message({{Encoding::mask, 5'000},
                                               {Encoding::sparse, 900, 30},
                                               {packed_encoding(2, true), 3'001},
                                               {packed_encoding(9, false), 70},
                                               {packed_encoding(1, false), 100},
                                               {Encoding::float32, 40}},
                                              5);
    message.method = 1;
    for (std::size_t i = 0; i < words_of(5'000); ++i) message.mask[i] &= 0x8040'2010;
    for (std::size_t i = 1; i < 2 * words_of(3'001); i += 2) message.packed[i] &= 0x1111'1111;
    for (std::size_t i = 0; i < 2 * words_of(3'001); i += 2)
        message.packed[i] &= message.packed[i + 1];
    return message;
}

TEST(RansStage, WhatIsPackedUnpacksToTheSameBytes) {
    const Bytes message = encode(of_every_part());
    const Bytes small = packed(RansPacking(), message);
    EXPECT_EQ(packed_header(small).packing, 2);
    EXPECT_LT(small.size(), message.size() - 400);
    EXPECT_EQ(unpacked(RansPacking(), small, message.size()), message);
    RandomValues random(1);
    for (const std::size_t size : {0, 1, 47, 48, 112, 5'000}) { // no messages
        Bytes bytes(size);
        for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.below(256));
        if (size >= 4) std::memcpy(bytes.data(), "FMRN", 4);
        const Bytes wrapped = packed(RansPacking(), bytes);
        EXPECT_EQ(wrapped.size(), size + 21);
        EXPECT_EQ(unpacked(RansPacking(), wrapped, size), bytes) << size;
    }
}

/// A message's front alone does not make it one: bits past the end, another length.
TEST(RansStage, KeepsWhatNoSenderSends) {
    const Bytes message = encode(of_every_part());
    for (std::size_t at = 0; at < message.size(); ++at) { // a count, a bit, a float …
        Bytes other = message;
        other[at] = std::byte{0xff};
        ASSERT_EQ(unpacked(RansPacking(), packed(RansPacking(), other), no_limit), other) << at;
    }
}

/// Nothing is longer than what it was but for the wrapper: 20 bytes, and the one that says how.
TEST(RansStage, RandomBitsStayAsTheyAre) {
    const Message noise = samples::random_message(samples::cnn4_table(), 3);
    const Bytes message = encode(noise);
    EXPECT_EQ(packed(RansPacking(), message).size(), message.size() + 21);
}

TEST(RansStage, EveryMalformedMessageHasItsReason) {
    const Bytes message = encode(of_every_part()), good = packed(RansPacking(), message);
    const auto no_such = testing::HasSubstr("bytes that rans does not make of a message of " +
                                            std::to_string(message.size()) + " bytes");
    for (const int how : {0, 2, 255}) {
        Bytes other = good;
        other[16] = static_cast<std::byte>(how);
        EXPECT_THAT(refusal(samples::with_crc(other)), no_such) << how;
    }
    std::size_t others = 0;
    for (std::size_t at = 17; at + 4 < good.size(); ++at) { // refused, or another message
        Bytes other = good;
        other[at] ^= std::byte{0x41};
        other = samples::with_crc(other);
        if (good[at] == std::byte{128}) continue; // the chance of a context that never came
        if (const std::string why = refusal(other); why != "accepted") {
            EXPECT_THAT(why, no_such) << at;
            continue;
        }
        ++others;
        const Bytes opened = unpacked(RansPacking(), other, no_limit);
        EXPECT_NE(opened, message) << at;
        EXPECT_NE(samples::reason([&] { (void)decode(opened); }), "accepted") << at; // its CRC
    }
    EXPECT_GT(others, 100U);              // floats, whose bytes stand as they are
    EXPECT_LT(others, good.size() - 200); // and most of a stream is no other stream
    for (std::size_t size = 20; size < good.size(); ++size) {
        Bytes part(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_THAT(refusal(samples::with_crc(part)), testing::HasSubstr("packed: ")) << size;
    }
    Bytes longer = good;
    longer.insert(longer.end() - 4, std::byte{0});
    EXPECT_THAT(refusal(samples::with_crc(longer)), no_such);
}

TEST(RansStage, ABombIsRefusedBeforeItIsUnpacked) {
    Message zeros;
    zeros.method = 1;
    zeros.samples = 1;
    zeros.tensors = {{Encoding::mask, 80'000'000}};
    zeros.mask.resize(2'500'000);
    const Bytes bomb = packed(RansPacking(), encode(zeros));
    EXPECT_LT(bomb.size(), 300'000U);
    EXPECT_THAT(refusal(bomb, 5'000), testing::HasSubstr("at most 5000 can"));
    EXPECT_EQ(unpacked(RansPacking(), bomb, no_limit), encode(zeros)); // within what is believed
    Bytes liar = packed(RansPacking(), encode(of_every_part()));
    std::memset(liar.data() + 8, 0x7f, 8);
    EXPECT_THAT(refusal(samples::with_crc(liar)), testing::HasSubstr("impossible count"));
}

using RansMessages = MethodTest;
INSTANTIATE_TEST_SUITE_P(On, RansMessages, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Of every method: what it sends comes out as it went in, and hardly longer.
TEST_P(RansMessages, OfEveryMethodComeOutAsTheyWentIn) {
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make_method(named.config, model.layout, 11);
        std::vector<float> values = RandomValues(3).values(method->local->count(), 0.02);
        const Buffer<float> g(device, global), u(device, values);
        const Message sent =
            sent_by(*method, device, {7, g.data()}, {9, 1009, 5, u.data(), g.data()});
        const Bytes bytes = encode(sent), small = packed(RansPacking(), bytes);
        EXPECT_EQ(unpacked(RansPacking(), small, most_message_bytes(method->uplink->table(7))),
                  bytes)
            << named.name;
        EXPECT_LE(small.size(), bytes.size() + 21) << named.name;
    }
}

} // namespace
} // namespace fedmrn::test
