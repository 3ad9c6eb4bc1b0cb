// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "fedmrn/message.hpp"
#include "tests/engine/message/samples.hpp"

namespace fedmrn {
namespace {

void expect_round_trip(const Message& message) {
    const auto bytes = encode(message);
    EXPECT_EQ(bytes.size() % 4, 0U);
    EXPECT_EQ(decode(bytes, message.tensors), message);
    EXPECT_EQ(encode(decode(bytes)), bytes);
}

TEST(MessageRoundTrip, KeepsEverySizeOfOneTensor) {
    std::uint32_t seed = 0;
    for (const auto encoding : {Encoding::mask, Encoding::float32})
        for (const std::uint64_t size : {0, 1, 31, 32, 33, 127, 128, 4095, 4096, 4097, 1'000'003})
            expect_round_trip(samples::random_message({{encoding, size}}, ++seed));
}

TEST(MessageRoundTrip, KeepsCodesOfEveryWidth) {
    for (unsigned bits = 1; bits <= max_code_bits; ++bits)
        for (const bool with_scale : {false, true})
            for (const std::uint64_t size : {0, 1, 31, 32, 33, 100})
                expect_round_trip(
                    samples::random_message({{packed_encoding(bits, with_scale), size},
                                             {Encoding::float32, 2},
                                             {packed_encoding(bits, true), 7}},
                                            bits));
}

TEST(MessageRoundTrip, KeepsSparseTensorsOfEveryDensity) {
    std::uint32_t seed = 0;
    for (const std::uint64_t size : {0, 1, 31, 32, 33, 100, 4096, 4097, 100'003})
        for (const std::uint64_t one_in : {1, 2, 3, 7, 32, 1000, 4096}) {
            const std::uint64_t ones = (size + one_in - 1) / one_in;
            expect_round_trip(samples::random_message({{Encoding::sparse, size, ones},
                                                       {Encoding::mask, 33},
                                                       {Encoding::sparse, 70, 70},
                                                       {Encoding::float32, ones}},
                                                      ++seed));
        }
}

/// Ones side by side at either end: the longest gap and the shortest ones.
TEST(MessageRoundTrip, KeepsOnesAtTheEnds) {
    for (const std::uint64_t ones : {25, 1000, 4096})
        for (const bool at_end : {false, true}) {
            auto message = samples::random_message({{Encoding::sparse, 100'000, ones}}, 1);
            message.mask.assign(3125, 0);
            for (std::uint64_t i = 0; i < ones; ++i) {
                const std::uint64_t at = at_end ? 100'000 - ones + i : i;
                message.mask[at / 32] |= 1U << at % 32;
            }
            expect_round_trip(message);
        }
}

TEST(MessageRoundTrip, KeepsRandomTables) {
    constexpr std::uint64_t sizes[] = {0, 1, 31, 32, 33, 4095, 4096, 4097};
    std::mt19937 random(7);
    for (std::uint32_t trial = 0; trial < 300; ++trial) {
        std::vector<TensorEntry> tensors(random() % 12);
        for (auto& [encoding, elements, ones] : tensors) {
            constexpr Encoding encodings[] = {Encoding::mask, Encoding::float32, Encoding::sparse,
                                              packed_encoding(1, false), packed_encoding(3, true)};
            encoding = encodings[random() % std::size(encodings)];
            elements = sizes[random() % std::size(sizes)];
            if (encoding == Encoding::sparse && elements != 0)
                ones = std::max<std::uint64_t>((elements + 4095) / 4096, random() % (elements + 1));
        }
        expect_round_trip(samples::random_message(std::move(tensors), trial));
    }
}

TEST(MessageRoundTrip, KeepsTheLimits) {
    auto message = samples::random_message(std::vector<TensorEntry>(65'535), 1);
    message.method = message.variant = 255;
    message.round = std::numeric_limits<std::uint32_t>::max();
    message.client = message.seed = std::numeric_limits<std::uint64_t>::max();
    message.samples = std::uint64_t{1} << 40;
    message.parameter = -std::numeric_limits<float>::denorm_min();
    expect_round_trip(message);
}

TEST(MessageRoundTrip, KeepsEveryKindOfFiniteFloat) {
    using Limits = std::numeric_limits<float>;
    auto message = samples::random_message({{Encoding::float32, 5}}, 1);
    message.dense = {-0.0F, Limits::denorm_min(), Limits::max(), Limits::lowest(), Limits::min()};
    expect_round_trip(message);
    EXPECT_TRUE(std::signbit(decode(encode(message)).dense[0]));
}

} // namespace
} // namespace fedmrn
