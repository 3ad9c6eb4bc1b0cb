// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "engine/coder/mask.hpp"
#include "kernels/formula/key.hpp"
#include "kernels/formula/noise.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::coder {
namespace {

using Bytes = std::vector<std::byte>;
constexpr std::uint64_t seed = 0x0123'4567'89ab'cdef;

std::vector<std::uint32_t> mask_of(std::size_t elements, const auto& chance) {
    test::RandomValues random(elements);
    std::vector<std::uint32_t> words((elements + 31) / 32);
    for (std::size_t i = 0; i < elements; ++i)
        words[i / 32] |= std::uint32_t{random.unit() < chance(i)} << i % 32;
    return words;
}

/// Uniform noise of an element, in (−1, 1).
double noise(std::size_t i) {
    const std::uint32_t word = formula::element_word(seed, i, 0, formula::purpose_noise);
    return formula::noise_grid<formula::NoiseShape::uniform>(1, word) * 0x1p-24;
}

/// FedMRN's chance of a bit: update over noise, where they agree.
double kept(double update, double n) { return std::clamp(update / n, 0.0, 1.0); }

double entropy(double p) {
    return p <= 0 || p >= 1 ? 0 : -p * std::log2(p) - (1 - p) * std::log2(1 - p);
}

/// 8 · bytes / elements, of a mask that is read as it was.
double bits_of(const std::vector<std::uint32_t>& words, const MaskFacts& facts) {
    const Bytes coded = code_mask(words, facts);
    if (coded.empty()) return 1;
    std::vector<std::uint32_t> found(words.size());
    std::span<const std::byte> rest(coded);
    EXPECT_TRUE(read_mask(rest, facts, found));
    EXPECT_TRUE(rest.empty());
    EXPECT_EQ(found, words);
    return 8.0 * static_cast<double>(coded.size()) / static_cast<double>(facts.elements);
}

/// Updates of a size that is the same everywhere, of either sign.
double update(std::size_t i) { return i * 7919 % 13 < 6 ? 0.2 : -0.2; }

TEST(CodedMask, IsReadAsItWas) {
    for (const std::size_t elements : {20'000, 65'536, 262'145, 300'003}) {
        const auto words =
            mask_of(elements, [](std::size_t i) { return kept(update(i), noise(i)); });
        EXPECT_LT(bits_of(words, {elements, seed}), 0.95) << elements;
    }
}

/// Under the noise that is known a mask has less to say than by the number of its bits alone.
TEST(CodedMask, GainsByTheNoise) {
    constexpr std::size_t elements = 400'000;
    const auto words = mask_of(elements, [](std::size_t i) { return kept(update(i), noise(i)); });
    double least = 0,
           ones = 0; // who knows the noise's size, and of the update no more than its own
    for (std::size_t i = 0; i < elements; ++i) {
        least += entropy(kept(0.2, std::abs(noise(i))) / 2);
        ones += words[i / 32] >> i % 32 & 1;
    }
    const double plain = entropy(ones / elements);
    const double known = bits_of(words, {elements, seed}), blind = bits_of(words, {elements, {}});
    EXPECT_NEAR(known, least / elements, 0.02);
    EXPECT_NEAR(blind, plain, 0.02);
    EXPECT_LT(known, blind - 0.03);
    EXPECT_GT(bits_of(words, {elements, seed + 1}), known + 0.03); // of another's noise
}

/// Parts that move much, little and not at all are told apart by what came ahead.
TEST(CodedMask, GainsByItsNeighbours) {
    constexpr std::size_t elements = 300'000;
    const auto chance = [](std::size_t i) {
        return i / 4096 % 3 == 0 ? 0.5 : i / 4096 % 3 == 1 ? 0.1 : 0.0;
    };
    const auto words = mask_of(elements, chance);
    const double apart = (1 + entropy(0.1) + 0) / 3, together = entropy(0.2);
    EXPECT_LT(bits_of(words, {elements, {}}), 0.7 * apart + 0.3 * together);
    EXPECT_GT(bits_of(words, {elements, {}}), apart);
}

TEST(CodedMask, StaysAsItIsWhereNothingIsGained) {
    const auto words = mask_of(50'000, [](std::size_t) { return 0.5; });
    EXPECT_TRUE(code_mask(words, {50'000, seed}).empty());
    EXPECT_TRUE(code_mask(words, {50'000, {}}).empty());
    const auto few = mask_of(33, [](std::size_t) { return 0.1; });
    EXPECT_TRUE(code_mask(few, {33, seed}).empty());
}

TEST(CodedMask, DamageIsRefusedOrAnother) {
    constexpr std::size_t elements = 5'001;
    const MaskFacts facts{elements, seed};
    const auto words =
        mask_of(elements, [](std::size_t i) { return kept(update(i) / 4, noise(i)); });
    const Bytes good = code_mask(words, facts);
    ASSERT_FALSE(good.empty());
    std::vector<std::uint32_t> found(words.size());
    const auto reads = [&](const Bytes& bytes) {
        std::span<const std::byte> rest(bytes);
        return read_mask(rest, facts, found) && rest.empty() && found == words;
    };
    EXPECT_TRUE(reads(good));
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(reads({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}))
            << size;
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const int other : {0, 0x11, 0xff}) {
            Bytes bytes = good;
            const auto old = std::exchange(bytes[at], static_cast<std::byte>(other));
            if (at < 128 && old == std::byte{128}) continue; // of a context that never came
            EXPECT_FALSE(old != bytes[at] && reads(bytes)) << at;
        }
    }
}

} // namespace
} // namespace fedmrn::coder
