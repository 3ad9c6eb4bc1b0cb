// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "engine/coder/planes.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::coder {
namespace {

using Bytes = std::vector<std::byte>;

std::vector<std::uint32_t> planes_of(const std::vector<std::uint32_t>& codes, unsigned bits) {
    std::vector<std::uint32_t> words(bits * ((codes.size() + 31) / 32));
    for (std::size_t i = 0; i < codes.size(); ++i)
        for (unsigned p = 0; p < bits; ++p)
            words[i / 32 * bits + p] |= (codes[i] >> p & 1) << i % 32;
    return words;
}

/// Signs above levels that halve in number from one to the next.
std::vector<std::uint32_t> likely_codes(unsigned bits, std::size_t count) {
    test::RandomValues random(bits);
    std::vector<std::uint32_t> codes;
    for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t level = 0;
        while (level + 1 < 1U << (bits - 1) && random.below(2) != 0) ++level;
        codes.push_back(level << 1 |
                        (level != 0 ? static_cast<std::uint32_t>(random.below(2)) : 0));
    }
    return codes;
}

double entropy_of(const std::vector<std::uint32_t>& codes) {
    std::map<std::uint32_t, double> counts;
    for (const std::uint32_t code : codes) ++counts[code];
    double bits = 0;
    for (const auto& [code, count] : counts)
        bits -= count * std::log2(count / static_cast<double>(codes.size()));
    return bits;
}

bool reads(Bytes coded, unsigned bits, std::size_t elements,
           const std::vector<std::uint32_t>& words) {
    std::vector<std::uint32_t> found(words.size());
    std::span<const std::byte> rest(coded);
    return read_planes(rest, bits, elements, found) && rest.empty() && found == words;
}

TEST(CodedPlanes, AreReadAsTheyWere) {
    for (const unsigned bits : {2U, 3U, 5U, 8U}) {
        for (const std::size_t count : {3'000, 65'536, 262'145, 300'001}) {
            const auto codes = likely_codes(bits, count);
            const auto words = planes_of(codes, bits);
            const Bytes coded = code_planes(words, bits, count);
            ASSERT_FALSE(coded.empty()) << bits << " " << count;
            EXPECT_TRUE(reads(coded, bits, count, words)) << bits << " " << count;
        }
    }
}

/// As short as the codes' entropy allows, order aside, with chances of no less than 1/256.
TEST(CodedPlanes, TakeTheirEntropy) {
    for (const unsigned bits : {2U, 4U, 8U}) {
        const auto codes = likely_codes(bits, 65'536);
        const Bytes coded = code_planes(planes_of(codes, bits), bits, codes.size());
        const double found = 8.0 * static_cast<double>(coded.size()), entropy = entropy_of(codes);
        EXPECT_GT(found, entropy) << bits;
        EXPECT_LT(found, 1.01 * entropy + 8 * (140.0 + static_cast<double>(plane_contexts(bits))))
            << bits;
    }
}

/// Nothing is gained of fair signs, of all levels alike, and of few elements.
TEST(CodedPlanes, StayAsTheyAreWhereNothingIsGained) {
    test::RandomValues random(4);
    for (const unsigned bits : {1U, 2U, 8U}) {
        std::vector<std::uint32_t> codes(20'000);
        for (auto& code : codes) code = static_cast<std::uint32_t>(random.below(1U << bits));
        EXPECT_TRUE(code_planes(planes_of(codes, bits), bits, codes.size()).empty()) << bits;
        EXPECT_TRUE(code_planes(planes_of(likely_codes(bits, 40), bits), bits, 40).empty());
    }
}

/// A sign of a level of zero is no sender's, and is kept all the same.
TEST(CodedPlanes, KeepWhatNoSenderSends) {
    std::vector<std::uint32_t> codes(30'000);
    for (std::size_t i = 0; i < codes.size(); i += 97) codes[i] = 1;
    const auto words = planes_of(codes, 2);
    EXPECT_TRUE(reads(code_planes(words, 2, codes.size()), 2, codes.size(), words));
}

TEST(CodedPlanes, DamageIsRefusedOrAnother) {
    const auto codes = likely_codes(3, 4'000);
    const auto words = planes_of(codes, 3);
    const Bytes good = code_planes(words, 3, codes.size());
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(reads({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}, 3,
                           codes.size(), words))
            << size;
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const int other : {0, 0x55, 0xff}) {
            Bytes bytes = good;
            if (std::exchange(bytes[at], static_cast<std::byte>(other)) == bytes[at]) continue;
            EXPECT_FALSE(reads(bytes, 3, codes.size(), words)) << at;
        }
    }
}

} // namespace
} // namespace fedmrn::coder
