// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/message/omission.hpp"
#include "tests/engine/message/samples.hpp"

namespace fedmrn {
namespace {

using Bits = std::vector<std::uint32_t>;

bool is_set(const Bits& bits, std::size_t i) { return (bits[i / 32] >> i % 32 & 1u) != 0; }

/// Every element that is kept, one after the other, and no other.
TEST(Omission, LeavesOutWhatItIsTold) {
    std::mt19937 random(1);
    for (const Encoding encoding : {Encoding::float32, Encoding::mask}) {
        for (const std::uint64_t share : {0, 1, 50, 99, 100}) {
            const std::vector<TensorEntry> table{{encoding, 33},
                                                 {encoding, 0},
                                                 {encoding, 64},
                                                 {encoding, 100},
                                                 {Encoding::float32, 5}};
            const Bits left_out = samples::random_bits(197, 197 * share / 100, random);
            const auto omission = Omission::of(table, 197, left_out);
            ASSERT_TRUE(omission);
            const Message message = samples::random_message(table, 7);
            const Message small = omission->shortened(message);
            EXPECT_EQ(small.tensors, omission->table());
            EXPECT_EQ(decode(encode(small), omission->table()), small);
            EXPECT_EQ(encode(message).size(), omission->whole_bytes());
            std::size_t j = 0, first = 0;
            for (std::size_t t = 0; t < 4; ++t) {
                const std::size_t before = j;
                for (std::size_t i = first; i < first + table[t].elements; ++i) {
                    if (is_set(left_out, i)) continue;
                    if (encoding == Encoding::mask) {
                        EXPECT_EQ(is_set(small.mask, j), is_set(message.mask, i)) << i;
                    } else {
                        EXPECT_EQ(small.dense[j], message.dense[i]) << i;
                    }
                    ++j;
                }
                EXPECT_EQ(small.tensors[t].elements, j - before);
                first += table[t].elements;
            }
            Message wanted = message;
            for (std::size_t i = 0; i < 197; ++i) {
                if (!is_set(left_out, i)) continue;
                if (encoding == Encoding::mask)
                    wanted.mask[i / 32] &= ~(1u << i % 32);
                else
                    wanted.dense[i] = 0.0f;
            }
            EXPECT_EQ(omission->whole(small), wanted);
        }
    }
}

/// A front of other encodings, of two, or of another size is none.
TEST(Omission, NeedsAValueOfEachElement) {
    const Bits none(4);
    const auto of = [&](std::vector<TensorEntry> table) { return Omission::of(table, 100, none); };
    EXPECT_TRUE(of({{Encoding::mask, 60}, {Encoding::mask, 40}, {Encoding::float32, 3}}));
    EXPECT_FALSE(of({{Encoding::mask, 60}, {Encoding::float32, 40}}));
    EXPECT_FALSE(of({{Encoding::mask, 60}, {Encoding::mask, 41}}));
    EXPECT_FALSE(of({{Encoding::mask, 60}}));
    EXPECT_FALSE(of({{packed_encoding(2, true), 100}}));
    EXPECT_FALSE(of({{Encoding::sparse, 100, 3}}));
    EXPECT_FALSE(Omission::of({}, 0, {}));
}

} // namespace
} // namespace fedmrn
