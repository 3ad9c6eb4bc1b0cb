// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "kernels/select.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

using Limits = std::numeric_limits<float>;
using kernels::SelectSource;

/// What is selected of several clients' vectors in one call.
struct Selected {
    std::vector<formula::Threshold> thresholds;
    std::vector<std::vector<std::uint32_t>> words;
    std::vector<std::vector<float>> kept;
};

class Select : public OnDevice {
protected:
    /// base may be empty.
    Selected select(const std::vector<std::vector<float>>& vectors, std::size_t k,
                    const std::vector<float>& base = {}) {
        const std::size_t n = vectors.front().size(), each = (n + 31) / 32;
        const Buffer<float> added(device, base);
        std::vector<Buffer<float>> values;
        Buffer<formula::Threshold> thresholds(device, vectors.size());
        Buffer<std::uint32_t> words(device, std::vector<std::uint32_t>(vectors.size() * each, 77));
        Buffer<float> kept(device, vectors.size() * k);
        std::vector<SelectSource> sources;
        for (std::size_t c = 0; c < vectors.size(); ++c) {
            values.emplace_back(device, vectors[c]);
            sources.push_back({values.back().data(), base.empty() ? nullptr : added.data(),
                               thresholds.data() + c, words.data() + c * each,
                               kept.data() + c * k});
        }
        kernels::find_thresholds(device, sources, n, k);
        kernels::select_largest(device, sources, n);
        kernels::gather_selected(device, sources, n);
        Selected selected{thresholds.read(), {}, {}};
        const auto all_words = words.read();
        const auto all_kept = kept.read();
        for (std::size_t c = 0; c < vectors.size(); ++c) {
            selected.words.emplace_back(all_words.begin() + c * each,
                                        all_words.begin() + (c + 1) * each);
            selected.kept.emplace_back(all_kept.begin() + c * k, all_kept.begin() + (c + 1) * k);
        }
        return selected;
    }
};
INSTANTIATE_TEST_SUITE_P(On, Select, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// By the standard library: the k-th largest magnitude, and which indices are taken.
struct Oracle {
    float threshold;
    std::uint64_t ties;
    std::vector<std::uint32_t> words;
    std::vector<float> kept;
};

Oracle oracle(const std::vector<float>& values, std::size_t k) {
    std::vector<float> sizes;
    for (const float v : values) sizes.push_back(std::abs(v));
    std::nth_element(sizes.begin(), sizes.begin() + (k - 1), sizes.end(), std::greater<>());
    Oracle found{sizes[k - 1], k, std::vector<std::uint32_t>((values.size() + 31) / 32), {}};
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::abs(values[a]) > std::abs(values[b]);
    });
    order.resize(k);
    std::sort(order.begin(), order.end());
    for (const std::size_t i : order) {
        found.words[i / 32] |= 1u << i % 32;
        found.kept.push_back(values[i]);
        found.ties -= std::abs(values[i]) > found.threshold ? 1 : 0;
    }
    return found;
}

void expect_oracle(const Selected& selected, std::size_t client, const std::vector<float>& values,
                   std::size_t k) {
    const Oracle expected = oracle(values, k);
    EXPECT_EQ(formula::magnitude(selected.thresholds[client].bits), expected.threshold);
    EXPECT_EQ(selected.thresholds[client].ties, expected.ties);
    EXPECT_EQ(selected.words[client], expected.words);
    EXPECT_TRUE(same_bits(selected.kept[client], expected.kept));
}

std::vector<std::size_t> ks(std::size_t n) {
    std::vector<std::size_t> all{1, (n + 9) / 10, n - n / 7, n};
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

/// Sizes around a word, a warp's 32 words, a block's 256 and several blocks.
TEST_P(Select, IsTheStandardLibrarysOnRandomValues) {
    RandomValues random(1);
    for (const std::size_t n : {1u, 31u, 32u, 33u, 1024u, 1025u, 8191u, 8193u, 20000u}) {
        const std::vector<std::vector<float>> vectors{random.values(n), random.values(n, 1e-3)};
        for (const std::size_t k : ks(n)) {
            SCOPED_TRACE(std::to_string(k) + " of " + std::to_string(n));
            const Selected selected = select(vectors, k);
            for (std::size_t c = 0; c < vectors.size(); ++c) {
                expect_oracle(selected, c, vectors[c], k);
            }
        }
    }
}

/// Few different values: what is equal to the threshold is taken from the lowest index on, across
/// words and blocks.
TEST_P(Select, TakesTiesFromTheLowestIndexOn) {
    RandomValues random(2);
    for (const std::size_t n : {40u, 1000u, 17000u}) {
        std::vector<float> three(n), zeros(n, 0.0f), equal(n, -2.5f);
        for (float& v : three) v = static_cast<float>(static_cast<int>(random.below(5)) - 2);
        for (std::size_t i = 0; i < n; i += 3) zeros[i] = -0.0f;
        for (const std::size_t k : ks(n)) {
            SCOPED_TRACE(std::to_string(k) + " of " + std::to_string(n));
            const Selected selected = select({three, zeros, equal}, k);
            expect_oracle(selected, 0, three, k);
            expect_oracle(selected, 1, zeros, k);
            expect_oracle(selected, 2, equal, k);
        }
    }
}

/// Subnormal numbers are told apart, the largest ones and infinity too.
TEST_P(Select, TellsExtremesApart) {
    std::vector<float> values{0.0f,
                              Limits::denorm_min(),
                              -2 * Limits::denorm_min(),
                              Limits::min(),
                              -Limits::max(),
                              Limits::infinity(),
                              -0.0f,
                              1.0f};
    for (std::uint32_t i = 1; i < 300; ++i) { // neighbours: they differ in the last digit alone
        values.push_back(__builtin_bit_cast(float, 0x3f800000u + 7 * i % 300));
        values.push_back(__builtin_bit_cast(float, i * 0x12345u % 0x800000u)); // subnormal
    }
    for (std::size_t k = 1; k <= values.size(); k += k < 12 ? 1 : 37) {
        SCOPED_TRACE(k);
        expect_oracle(select({values}, k), 0, values, k);
    }
}

/// So that a client that diverged cannot hide it.
TEST_P(Select, NotANumberIsTheLargest) {
    std::vector<float> values(100, 1.0f);
    values[70] = std::nanf("");
    values[3] = Limits::infinity();
    const Selected one = select({values}, 1), two = select({values}, 2);
    EXPECT_TRUE(std::isnan(one.kept[0][0]));
    EXPECT_EQ(two.kept[0][0], Limits::infinity());
    EXPECT_TRUE(std::isnan(two.kept[0][1]));
}

TEST_P(Select, AddsTheBase) {
    RandomValues random(3);
    const std::size_t n = 9000;
    const auto base = random.values(n), first = random.values(n, 0.1), second = random.values(n);
    const Selected selected = select({first, second}, 900, base);
    for (std::size_t c = 0; c < 2; ++c) {
        std::vector<float> sum(n);
        for (std::size_t i = 0; i < n; ++i) sum[i] = base[i] + (c == 0 ? first : second)[i];
        expect_oracle(selected, c, sum, 900);
    }
}

TEST_P(Select, ClientsTogetherAreAsAlone) {
    RandomValues random(4);
    const std::size_t n = 10001;
    std::vector<std::vector<float>> vectors;
    for (int c = 0; c < 5; ++c) vectors.push_back(random.values(n, std::pow(10.0, c)));
    const Selected together = select(vectors, 313);
    for (std::size_t c = 0; c < vectors.size(); ++c) {
        const Selected alone = select({vectors[c]}, 313);
        EXPECT_EQ(together.words[c], alone.words[0]);
        EXPECT_EQ(together.kept[c], alone.kept[0]);
    }
}

TEST_P(Select, NothingOfNothing) {
    Buffer<std::uint32_t> words(device, std::vector<std::uint32_t>{77});
    const SelectSource none{nullptr, nullptr, nullptr, words.data(), nullptr};
    kernels::find_thresholds(device, {&none, 1}, 0, 0);
    kernels::select_largest(device, {&none, 1}, 0);
    kernels::gather_selected(device, {&none, 1}, 0);
    kernels::scatter_selected(device, {}, 10);
    EXPECT_EQ(words.read(), std::vector<std::uint32_t>{77});
}

/// Values and signs come to the places that they were taken from.
TEST_P(Select, ScattersBackToItsPlaces) {
    RandomValues random(5);
    for (const std::size_t n : {1u, 33u, 8192u, 20001u}) {
        const auto values = random.values(n);
        const std::size_t k = (n + 9) / 10;
        const Selected selected = select({values}, k);
        std::vector<std::uint32_t> negative((k + 31) / 32);
        for (std::size_t j = 0; j < k; ++j) {
            if (selected.kept[0][j] < 0) negative[j / 32] |= 1u << j % 32;
        }
        const Buffer<std::uint32_t> words(device, selected.words[0]), signs(device, negative);
        const Buffer<float> kept(device, selected.kept[0]);
        Buffer<float> out(device, std::vector<float>(2 * n, 77.0f));
        const std::vector<kernels::ScatterSource> sources{
            {words.data(), kept.data(), nullptr, 0.0f, out.data()},
            {words.data(), nullptr, signs.data(), 0.25f, out.data() + n}};
        kernels::scatter_selected(device, sources, n);
        const auto all = out.read();
        for (std::size_t i = 0; i < n; ++i) {
            const bool taken = selected.words[0][i / 32] >> i % 32 & 1;
            ASSERT_EQ(all[i], taken ? values[i] : 0.0f) << i;
            ASSERT_EQ(all[n + i], taken ? std::copysign(0.25f, values[i]) : 0.0f) << i;
        }
    }
}

} // namespace
} // namespace fedmrn::test
