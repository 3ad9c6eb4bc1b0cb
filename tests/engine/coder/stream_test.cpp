// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "engine/coder/chances.hpp"
#include "engine/coder/streams.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::coder {
namespace {

using Bytes = std::vector<std::byte>;
using formula::all_chances;

/// Steps of random bits that keep to their chances.
struct Steps {
    std::vector<Chances> chances;
    std::vector<std::uint32_t> bits;
    double entropy = 0; ///< bits that the chances say they hold
};

Steps random_steps(std::size_t count, std::uint64_t seed, std::uint32_t least, std::uint32_t most) {
    test::RandomValues random(seed);
    Steps steps;
    for (std::size_t i = 0; i < count; ++i) {
        Chances chances{};
        std::uint32_t bits = 0;
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const auto chance = static_cast<std::uint8_t>(least + random.below(most - least + 1));
            const bool set = random.below(all_chances) < chance;
            chances[lane] = chance;
            bits |= std::uint32_t{set} << lane;
            const double p = chance / 256.0;
            if (chance != 0) steps.entropy -= std::log2(set ? p : 1 - p);
        }
        steps.chances.push_back(chances);
        steps.bits.push_back(bits);
    }
    return steps;
}

Bytes written(const Steps& steps) {
    StreamWriter writer;
    for (std::size_t i = steps.bits.size(); i-- > 0;) writer.put(steps.chances[i], steps.bits[i]);
    Bytes bytes;
    writer.end(bytes);
    return bytes;
}

/// Whether bytes are a stream of these steps; their bits, as they are read.
bool reads(const Bytes& bytes, const Steps& steps, std::vector<std::uint32_t>& bits) {
    StreamReader reader(bytes);
    bits.clear();
    for (const Chances& chances : steps.chances) bits.push_back(reader.take(chances));
    return reader.ended();
}

TEST(RansFormula, DividesExactly) {
    test::RandomValues random(1);
    for (std::uint32_t share = 1; share <= all_chances; ++share) {
        const formula::Reciprocal reciprocal = formula::reciprocal_of(share);
        const auto holds = [&](std::uint64_t x) {
            if (x >> formula::state_bits != 0) return;
            ASSERT_EQ(x * reciprocal.factor >> reciprocal.shift, x / share) << x << " / " << share;
        };
        for (int i = 0; i < 2000; ++i) holds(random.below(std::uint64_t{1} << 31));
        for (std::uint64_t k : {1ULL, 2ULL, 1000ULL, (1ULL << 31) / share}) { // where it steps
            holds(k * share);
            holds(k * share - 1);
        }
        holds((std::uint64_t{1} << 31) - 1);
    }
}

/// Every state that may be met, of every chance: what is put is taken, and what is left the state.
TEST(RansFormula, TakesWhatWasPut) {
    test::RandomValues random(2);
    for (std::uint32_t chance = 0; chance < all_chances; ++chance) {
        for (const bool bit : {false, true}) {
            const std::uint32_t share = formula::share_of(bit, chance);
            if (share == 0) continue;
            const std::uint64_t end = std::uint64_t{share} << (formula::state_bits - 8);
            for (int i = 0; i < 200; ++i) {
                const auto state = static_cast<std::uint32_t>(
                    i == 0 ? end - 1 : formula::least_state + random.below(end - 32768));
                ASSERT_FALSE(formula::is_full(state, share));
                const std::uint32_t put =
                    formula::put_bit(state, bit, chance, share, formula::reciprocal_of(share));
                ASSERT_EQ(put >> formula::state_bits, 0U);
                ASSERT_EQ(formula::next_bit(put, chance), bit);
                ASSERT_EQ(formula::without_bit(put, bit, chance), state);
            }
        }
    }
}

TEST(RansStream, ReadsWhatWasWritten) {
    for (const std::size_t count : {0, 1, 2, 100, 2048}) {
        for (const auto& [least, most] : {std::pair(0U, 255U), {1U, 1U}, {255U, 255U}, {0U, 0U}}) {
            const Steps steps = random_steps(count, count + most, least, most);
            std::vector<std::uint32_t> bits;
            EXPECT_TRUE(reads(written(steps), steps, bits)) << count << " " << least;
            EXPECT_EQ(bits, steps.bits);
        }
    }
}

/// A stream has as many bits as its chances say, and its states.
TEST(RansStream, IsAsLongAsItMust) {
    for (const auto& [least, most] : {std::pair(1U, 255U), {20U, 60U}, {128U, 128U}, {1U, 4U}}) {
        const Steps steps = random_steps(stream_words, most, least, most);
        const double bits = 8.0 * static_cast<double>(written(steps).size() - stream_head);
        const double states = 16.0 * lanes; // what their places hold beyond 2¹⁵
        EXPECT_NEAR(bits, steps.entropy - states / 2, steps.entropy * 1e-3 + states) << most;
    }
}

/// By hand: of the state 2¹⁵, x / 128 · 256 + x mod 128, + 128 for a bit that is not set.
TEST(RansStream, IsWhatIsWrittenDown) {
    StreamWriter writer;
    Chances chances{};
    chances.fill(128);
    writer.put(chances, 0xffff'0001);
    Bytes bytes;
    writer.end(bytes);
    ASSERT_EQ(bytes.size(), 128U);
    std::array<std::uint32_t, lanes> states{};
    std::memcpy(states.data(), bytes.data(), bytes.size());
    for (std::size_t lane = 0; lane < lanes; ++lane)
        EXPECT_EQ(states[lane], 65536U + (lane == 0 || lane >= 16 ? 0 : 128)) << lane;
}

/// Cut, longer, with a state that is none, or with another bit: it ends as no stream does, or as
/// one of other bits.
TEST(RansStream, DamageIsNoStreamOrAnother) {
    const Steps steps = random_steps(300, 9, 1, 255);
    const Bytes good = written(steps);
    std::vector<std::uint32_t> bits;
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(
            reads({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}, steps, bits))
            << size;
    for (const std::size_t more : {1, 2, 4}) {
        Bytes longer = good;
        longer.resize(good.size() + more);
        EXPECT_FALSE(reads(longer, steps, bits)) << more;
    }
    for (std::size_t at = 0; at < good.size(); ++at) {
        Bytes other = good;
        other[at] ^= std::byte{0x10};
        EXPECT_FALSE(reads(other, steps, bits) && bits == steps.bits) << at;
    }
    for (const std::uint32_t state : {0U, formula::least_state - 1, 1U << 31}) {
        Bytes other = good;
        std::memcpy(other.data() + 64, &state, sizeof state);
        EXPECT_FALSE(reads(other, steps, bits)) << state;
    }
}

/// What a byte can stand for is bounded: the least cost, over and over.
TEST(RansStream, HoldsNoMoreThanItsBytesCan) {
    Steps steps;
    Chances chances{};
    chances.fill(1);
    steps.chances.assign(1'000'000, chances);
    steps.bits.assign(1'000'000, 0);
    const double bytes = static_cast<double>(written(steps).size());
    EXPECT_LT(32e6 / bytes, 1421.0);
    EXPECT_GT(32e6 / bytes, 1400.0);
}

TEST(RansChances, CostWhatTheirLogarithmSays) {
    for (std::uint32_t share = 1; share <= all_chances; ++share) {
        const double bits = -std::log2(share / 256.0);
        EXPECT_NEAR(static_cast<double>(costs[share]) / one_bit, bits, 1.01 / one_bit) << share;
    }
    EXPECT_EQ(chance_of({0, 0}), 128);
    EXPECT_EQ(chance_of({10, 0}), 1);
    EXPECT_EQ(chance_of({10, 10}), 255);
    EXPECT_EQ(chance_of({512, 3}), 2); // 1.5
    EXPECT_EQ(cost_of(Tally{10, 4}, 128), 10 * one_bit);
}

} // namespace
} // namespace fedmrn::coder
