// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/rows.hpp"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "kernels/batch.hpp"
#include "kernels/elements.hpp"
#include "kernels/formula/permutation.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

using kernels::RowsView;

constexpr std::uint32_t samples = 700, batch = 200;

/// A full batch, an idle lane, and the short last batch of the second epoch of 21 + 200 samples.
std::vector<LaneState> three_lanes() {
    return {{77, 10, 500, 1, 9, batch}, {}, {78, 300, 221, 3, 4, 21}};
}

/// Who is in a lane's batch, where the clients' samples lie backwards in the split.
std::vector<std::uint32_t> who(const LaneState& state, bool shuffled, bool ordered) {
    if (state.samples == 0) return {};
    const std::uint32_t steps = (state.count + batch - 1) / batch;
    const formula::Permutation order =
        formula::shuffle(state.seed, state.step / steps, state.count);
    std::vector<std::uint32_t> found;
    for (std::uint32_t row = 0; row < state.samples; ++row) {
        const std::uint32_t at = state.step % steps * batch + row;
        const auto entry =
            static_cast<std::uint32_t>(state.first + (shuffled ? permute(order, at) : at));
        found.push_back(ordered ? samples - 1 - entry : entry);
    }
    return found;
}

template <class T> T made(std::uint64_t word) {
    if constexpr (std::is_same_v<T, float>) {
        return static_cast<float>(static_cast<std::int64_t>(word >> 20)) * 0x1p-30f;
    } else {
        return static_cast<T>(word);
    }
}

template <class To, class From> To read(From v) {
    if constexpr (std::is_same_v<To, formula::Bf16>) {
        return formula::from_float<formula::Bf16>(v);
    } else {
        return static_cast<To>(v);
    }
}

template <class T> bool same(const T& a, const T& b) {
    return std::equal(reinterpret_cast<const char*>(&a), reinterpret_cast<const char*>(&a + 1),
                      reinterpret_cast<const char*>(&b));
}

class GatherRows : public OnDevice {
protected:
    GatherRows() {
        std::vector<std::uint32_t> reversed(samples);
        std::iota(reversed.rbegin(), reversed.rend(), 0u);
        order = Buffer<std::uint32_t>(device, reversed);
    }

    template <class T> std::vector<T> values(std::size_t count) {
        RandomValues random(count);
        std::vector<T> all(count);
        for (T& v : all) v = made<T>(random.word());
        return all;
    }

    /// Each element of y, where y began as a byte that is nobody's.
    template <class To> std::vector<To> untouched(std::size_t count) {
        std::vector<To> all(count);
        std::fill_n(reinterpret_cast<unsigned char*>(all.data()), count * sizeof(To), 0xA5);
        return all;
    }

    template <class From, class To>
    void expect_rows(Element from, Element to, std::size_t size, bool shuffled, bool ordered) {
        const std::vector<From> column = values<From>(samples * size);
        const Buffer<From> on_device(device, column);
        const Buffer<LaneState> states(device, three_lanes());
        std::vector<To> expected = untouched<To>(3 * batch * size);
        Buffer<To> y(device, expected);
        kernels::gather_rows(device,
                             {.values = on_device.data(),
                              .offsets = {},
                              .order = ordered ? order.data() : nullptr,
                              .shuffled = shuffled,
                              .size = size,
                              .from = from,
                              .to = to},
                             3, batch, states.data(), y.data());
        for (std::size_t lane = 0; lane < 3; ++lane) {
            std::size_t at = lane * batch * size;
            for (const std::uint32_t sample : who(three_lanes()[lane], shuffled, ordered)) {
                for (std::size_t i = 0; i < size; ++i) {
                    expected[at++] = read<To>(column[sample * size + i]);
                }
            }
        }
        const std::vector<To> found = y.read();
        for (std::size_t i = 0; i < expected.size(); ++i) {
            ASSERT_TRUE(same(found[i], expected[i])) << "element " << i << " of rows of " << size;
        }
    }

    template <class From, class To>
    void expect_ragged(Element from, Element to, std::size_t size, std::uint32_t each) {
        RandomValues random(each);
        std::vector<std::uint64_t> offsets{0};
        for (std::size_t i = 0; i < samples; ++i) {
            offsets.push_back(offsets.back() + 1 + random.below(each));
        }
        const std::vector<From> column = values<From>(offsets.back() * size);
        const Buffer<From> on_device(device, column);
        const Buffer<std::uint64_t> starts(device, offsets);
        const Buffer<LaneState> states(device, three_lanes());
        std::vector<To> expected = untouched<To>(3 * batch * each * size);
        std::vector<std::uint32_t> rows{9999, 9999, 9999};
        Buffer<To> y(device, expected);
        Buffer<std::uint32_t> counts(device, rows);
        kernels::gather_ragged(device,
                               {.values = on_device.data(),
                                .offsets = starts.data(),
                                .order = order.data(),
                                .size = size,
                                .each = each,
                                .from = from,
                                .to = to},
                               3, batch, states.data(), y.data(), counts.data());
        for (const std::size_t lane : {0u, 2u}) {
            const std::size_t begin = lane * batch * each * size;
            std::size_t at = begin;
            for (const std::uint32_t sample : who(three_lanes()[lane], true, true)) {
                for (std::uint64_t i = offsets[sample] * size; i < offsets[sample + 1] * size;
                     ++i) {
                    expected[at++] = read<To>(column[i]);
                }
            }
            rows[lane] = static_cast<std::uint32_t>((at - begin) / size);
        }
        EXPECT_EQ(counts.read(), rows); // the idle lane's stays
        const std::vector<To> found = y.read();
        for (std::size_t i = 0; i < expected.size(); ++i) {
            ASSERT_TRUE(same(found[i], expected[i])) << "element " << i << " of rows of " << size;
        }
    }

    Buffer<std::uint32_t> order;
};
INSTANTIATE_TEST_SUITE_P(On, GatherRows, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// One number a sample, fewer than a block's threads and more, no power of two.
TEST_P(GatherRows, AreThoseOfTheBatchsSamples) {
    for (const std::size_t size : {1u, 3u, 40u, 300u}) {
        expect_rows<float, float>(Element::f32, Element::f32, size, true, true);
        expect_rows<std::int32_t, std::int32_t>(Element::i32, Element::i32, size, true, true);
        expect_rows<std::uint16_t, std::uint16_t>(Element::u16, Element::u16, size, true, true);
    }
    expect_rows<std::uint8_t, std::uint8_t>(Element::u8, Element::u8, 5, true, true);
}

TEST_P(GatherRows, TokensWidenAndFloatsRound) {
    expect_rows<std::uint8_t, std::int32_t>(Element::u8, Element::i32, 7, true, true);
    expect_rows<std::uint16_t, std::int32_t>(Element::u16, Element::i32, 7, true, true);
    expect_rows<float, formula::Bf16>(Element::f32, Element::bf16, 7, true, true);
}

TEST_P(GatherRows, UnshuffledAndWithoutOrderTheyAreTheSplitsOwn) {
    expect_rows<float, float>(Element::f32, Element::f32, 3, false, true);
    expect_rows<float, float>(Element::f32, Element::f32, 3, true, false);
    expect_rows<float, float>(Element::f32, Element::f32, 3, false, false);
}

TEST_P(GatherRows, RaggedOnesArePackedAndCounted) {
    for (const std::size_t size : {1u, 3u}) {
        for (const std::uint32_t each : {1u, 5u, 200u}) {
            expect_ragged<std::int32_t, std::int32_t>(Element::i32, Element::i32, size, each);
        }
    }
    expect_ragged<std::uint8_t, std::int32_t>(Element::u8, Element::i32, 1, 9);
    expect_ragged<std::uint16_t, std::uint16_t>(Element::u16, Element::u16, 1, 9);
    expect_ragged<float, formula::Bf16>(Element::f32, Element::bf16, 4, 9);
}

/// A row and its label come from one sample, whichever contract brings them.
TEST_P(GatherRows, OfAllColumnsAreTheSameSamples) {
    std::vector<std::uint16_t> numbers(samples);
    std::iota(numbers.begin(), numbers.end(), std::uint16_t{0});
    const Buffer<std::uint16_t> column(device, numbers);
    const Buffer<std::uint8_t> bytes(device, std::vector<std::uint8_t>(samples));
    const Buffer<float> one(device, std::vector<float>{1});
    const Buffer<LaneState> states(device, three_lanes());
    Buffer<std::uint16_t> labels(device, 3 * batch), rows(device, 3 * batch);
    Buffer<float> x(device, 3 * batch);
    kernels::gather_batch(device,
                          {.pixels = bytes.data(),
                           .labels = column.data(),
                           .order = order.data(),
                           .scale = one.data(),
                           .shift = one.data(),
                           .sample_size = 1},
                          3, batch, states.data(), Real::f32, x.data(), labels.data());
    kernels::gather_rows(device,
                         {.values = column.data(),
                          .offsets = {},
                          .order = order.data(),
                          .from = Element::u16,
                          .to = Element::u16},
                         3, batch, states.data(), rows.data());
    EXPECT_EQ(rows.read(), labels.read());
    EXPECT_NE(rows.read()[0], 0);
}

/// Without labels none are looked for.
TEST_P(GatherRows, BytesNeedNoLabels) {
    const Buffer<std::uint8_t> bytes(device, std::vector<std::uint8_t>(samples, 3));
    const Buffer<float> one(device, std::vector<float>{1});
    const Buffer<LaneState> states(device, three_lanes());
    Buffer<float> x(device, 3 * batch);
    kernels::gather_batch(device,
                          {.pixels = bytes.data(),
                           .labels = {},
                           .order = {},
                           .scale = one.data(),
                           .shift = one.data(),
                           .sample_size = 1},
                          3, batch, states.data(), Real::f32, x.data(), nullptr);
    EXPECT_EQ(x.read()[0], 4.0f);
}

TEST(Elements, AreReadAsWhatHoldsThem) {
    using kernels::read_as;
    EXPECT_TRUE(read_as(Element::u8, Element::i32));
    EXPECT_TRUE(read_as(Element::f32, Element::bf16));
    EXPECT_FALSE(read_as(Element::i32, Element::u16));
    EXPECT_FALSE(read_as(Element::u8, Element::f32));
    EXPECT_FALSE(read_as(Element::i32, Element::f32));
    EXPECT_FALSE(read_as(Element::bf16, Element::bf16)); // no column holds it
}

} // namespace
} // namespace fedmrn::test
