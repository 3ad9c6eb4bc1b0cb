// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/message/sparse.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/engine/message/samples.hpp"

namespace fedmrn {
namespace {

using Bits = std::vector<std::uint32_t>;

bool bit(const Bits& words, std::size_t i) { return words[i / 32] >> i % 32 & 1; }

/// A stream as docs/message.md draws it, bit by bit; low: bits of a gap's rest.
Bits stream_of(const Bits& bits, std::size_t elements, unsigned low) {
    Bits stream;
    std::size_t used = 0, gap = 0;
    const auto put = [&](bool one) {
        if (used % 32 == 0) stream.push_back(0);
        stream.back() |= static_cast<std::uint32_t>(one) << used++ % 32;
    };
    for (std::size_t i = 0; i < elements; ++i) {
        if (!bit(bits, i)) {
            ++gap;
            continue;
        }
        for (std::size_t q = 0; q < gap >> low; ++q) put(false);
        put(true);
        for (unsigned b = 0; b < low; ++b) put((gap >> b & 1) != 0);
        gap = 0;
    }
    return stream;
}

/// Mean bits of a gap when a share p of infinitely many elements is set: each gap takes low + 1 and
/// ⌊gap / 2^low⌋, whose mean is a geometric series.
double rice_cost(double p, unsigned low) {
    const double pass = std::pow(1 - p, std::pow(2.0, low));
    return low + 1 / (1 - pass);
}

double entropy(double p) { return -p * std::log2(p) - (1 - p) * std::log2(1 - p); }

TEST(MessageSparse, WritesTheStreamThatTheDocumentDraws) {
    std::mt19937 random(1);
    for (const std::uint64_t elements : {1, 33, 1000, 20'000})
        for (const std::uint64_t one_in : {1, 2, 5, 10, 32, 500}) {
            const std::uint64_t ones = (elements + one_in - 1) / one_in;
            const Bits bits = samples::random_bits(elements, ones, random);
            const Bits stream = wire::put_positions({Encoding::sparse, elements, ones}, bits);
            EXPECT_EQ(stream, stream_of(bits, elements, wire::rice_bits(elements, ones)));
            Bits back(bits.size());
            wire::get_positions(0, {Encoding::sparse, elements, ones}, stream, back);
            EXPECT_EQ(back, bits);
        }
}

/// At any density the parameter costs as little as any other, to 0.003 bits of a gap; between 0.38
/// and 0.39, where 1/p − 1/2 is at its worst, to 0.03.
TEST(MessageSparse, TheParameterIsTheBestOne) {
    constexpr std::uint64_t elements = 1'000'000;
    for (double p = 1.0 / 4096; p < 1; p *= 1.01) {
        const auto ones = static_cast<std::uint64_t>(p * elements + 1);
        const double share = static_cast<double>(ones) / elements;
        const double allowed = share > 0.38 && share < 0.39 ? 0.03 : 0.003;
        const unsigned chosen = wire::rice_bits(elements, ones);
        for (unsigned low = 0; low < 14; ++low)
            ASSERT_LE(rice_cost(share, chosen), rice_cost(share, low) + allowed) << share;
    }
}

/// What random positions cost is what the code's mean says, and that is near the entropy. 389,920
/// elements: the length's relative deviation is below 1 / √ones < 1 %.
TEST(MessageSparse, RandomPositionsCostNearlyTheirEntropy) {
    constexpr std::uint64_t elements = 389'920;
    std::mt19937 random(2);
    for (const double p : {0.25, 0.1, 1.0 / 32, 0.001, 1.0 / 4096, 1.0 / 5000, 1e-4}) {
        const auto ones = static_cast<std::uint64_t>(std::ceil(p * elements));
        const Bits bits = samples::random_bits(elements, ones, random);
        const auto stream = wire::put_positions({Encoding::sparse, elements, ones}, bits);
        // Below a thousand ones a length's own deviation counts, five of it.
        const double few = 5 / std::sqrt(static_cast<double>(ones)) / 8;
        const double each = 32.0 * static_cast<double>(stream.size()) / elements;
        EXPECT_NEAR(each, p * rice_cost(p, wire::rice_bits(elements, ones)),
                    std::max(0.02, few) * each);
        EXPECT_LT(each, (1.05 + few) * entropy(p)) << p;
        EXPECT_GE(each, (0.99 - few) * entropy(p)) << p;
        // STC: a tenth of the elements and a sign for each, 0.57 bits an element.
        if (p == 0.1) {
            EXPECT_NEAR(each + p, entropy(p) + p, 0.02 * (entropy(p) + p));
        }
    }
}

/// From all elements to none: a message's positions never cost a bit an element and more than the
/// least that a code can do, and fewer ones never cost much more.
TEST(MessageSparse, FewerOnesHaveNoCliff) {
    constexpr std::uint64_t elements = 389'920;
    std::uint64_t before = wire::most_words(elements, elements);
    for (std::uint64_t ones = elements; ones != 0; ones = ones * 99 / 100) {
        const std::uint64_t most = wire::most_words(elements, ones);
        EXPECT_LE(most, before + before / 8 + 1) << ones;
        before = most;
    }
    EXPECT_EQ(wire::most_words(elements, 0), 0u);
    EXPECT_EQ(wire::most_words(elements, 1), 1u);
    EXPECT_LE(wire::most_words(std::uint64_t{1} << 47, 1), 2100u); // the parameter ends at 31
}

/// The bounds of a stream's length are met: by gaps below 2^low, and by one gap that takes all.
TEST(MessageSparse, LengthsLieWithinTheBoundsAndReachThem) {
    std::mt19937 random(3);
    for (int trial = 0; trial < 2000; ++trial) {
        const std::uint64_t elements = 1 + random() % 5000;
        const std::uint64_t ones = random() % (elements + 1);
        const auto length = [&](const Bits& bits) {
            return wire::put_positions({Encoding::sparse, elements, ones}, bits).size();
        };
        const auto fewest = wire::fewest_words(elements, ones);
        const auto most = wire::most_words(elements, ones);
        Bits first((elements + 31) / 32), last((elements + 31) / 32);
        for (std::uint64_t i = 0; i < ones; ++i) {
            first[i / 32] |= 1U << i % 32;
            last[(elements - 1 - i) / 32] |= 1U << (elements - 1 - i) % 32;
        }
        EXPECT_EQ(length(first), fewest);
        EXPECT_EQ(length(last), most);
        const auto any = length(samples::random_bits(elements, ones, random));
        EXPECT_GE(any, fewest);
        EXPECT_LE(any, most);
    }
}

} // namespace
} // namespace fedmrn
