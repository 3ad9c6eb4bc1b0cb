// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <set>

#include <gtest/gtest.h>

#include "kernels/formula/key.hpp"
#include "kernels/random_tile.hpp"

namespace fedmrn::formula {
namespace {

struct Known {
    std::uint64_t key, index;
    std::uint32_t step, purpose;
    std::uint32_t words[4];
};

/// kat_vectors of Random123 1.14, "philox4x32 10"; cuRAND's generator gives the same.
constexpr Known published[] = {
    {0, 0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {~0ull, ~0ull, ~0u, ~0u, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {0x299f31d0a4093822,
     0x85a308d3243f6a88,
     0x13198a2e,
     0x03707344,
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

TEST(Philox, GivesThePublishedAnswersAtRunTime) {
    for (const Known& known : published) {
        const volatile std::uint64_t key = known.key; // not folded by the compiler
        const Words words = philox(key, known.index, known.step, known.purpose);
        for (int i = 0; i < 4; ++i) EXPECT_EQ(words.w[i], known.words[i]);
    }
}

/// One flipped bit of key or counter flips half of the 128 bits: 64 ± 5.657 in each trial, so the
/// mean over 256 trials is 64 ± 1.38 with confidence 99.99 % (3.891 standard errors).
TEST(Philox, EveryInputBitMatters) {
    const std::uint64_t key = 0x0123456789abcdef, index = 0xfedcba9876543210;
    const Words base = philox(key, index, 7, 1);
    int flipped = 0, trials = 0;
    const auto count = [&](Words words) {
        int bits = 0;
        for (int i = 0; i < 4; ++i) bits += std::popcount(words.w[i] ^ base.w[i]);
        EXPECT_GT(bits, 30);
        flipped += bits;
        ++trials;
    };
    for (int bit = 0; bit < 64; ++bit) {
        count(philox(key ^ 1ull << bit, index, 7, 1));
        count(philox(key, index ^ 1ull << bit, 7, 1));
    }
    for (int bit = 0; bit < 32; ++bit) {
        count(philox(key, index, 7 ^ 1u << bit, 1));
        count(philox(key, index, 7, 1 ^ 1u << bit));
    }
    EXPECT_NEAR(static_cast<double>(flipped) / trials, 64.0, 1.56); // 192 trials
}

TEST(Key, ElementsOfATileTakeAllWordsOfItsBlocksOnce) {
    const std::uint64_t key = 42;
    for (std::uint64_t element : {0ull, 31ull, 32ull, 127ull, 128ull, 389919ull}) {
        const std::uint64_t block = element / 128 * 32 + element % 32;
        EXPECT_EQ(element_word(key, element, 5, purpose_mask),
                  philox(key, block, 5, purpose_mask).w[element / 32 % 4]);
    }
    std::set<std::uint32_t> words;
    for (std::uint64_t element = 0; element < 1024; ++element) {
        words.insert(element_word(key, element, 5, purpose_mask));
    }
    EXPECT_EQ(words.size(), 1024u); // the chance of a repetition is 1.2e-4; none for this key
}

TEST(Key, TheCpuTileIsInElementOrder) {
    for (const std::uint64_t key : {99ull, 0ull, ~0ull, 0x299f31d0a4093822ull, 0xffffffffull}) {
        for (const std::uint64_t tile_number :
             {0ull, 1ull, 3046ull, (1ull << 40) + 3, 1ull << 27}) {
            std::uint32_t words[tile], plain[tile];
            kernels::random_tile(key, tile_number, 3, purpose_noise, words);
            kernels::random_tile_plainly(key, tile_number, 3, purpose_noise, plain);
            for (std::uint64_t i = 0; i < tile; ++i) {
                const std::uint32_t expected =
                    element_word(key, tile_number * tile + i, 3, purpose_noise);
                ASSERT_EQ(words[i], expected);
                ASSERT_EQ(plain[i], expected);
            }
        }
    }
}

TEST(Key, ClientSeedsDifferByExperimentRoundAndClient) {
    std::set<std::uint64_t> seeds;
    for (std::uint64_t experiment = 0; experiment < 4; ++experiment) {
        for (std::uint32_t round = 0; round < 50; ++round) {
            for (std::uint64_t client = 0; client < 50; ++client) {
                seeds.insert(client_seed(experiment, round, client));
            }
        }
    }
    EXPECT_EQ(seeds.size(), 10'000u);
}

} // namespace
} // namespace fedmrn::formula
