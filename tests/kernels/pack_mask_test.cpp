// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "kernels/formula/key.hpp"
#include "kernels/mask.hpp"
#include "kernels/update.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

using formula::MaskShape;
using formula::NoiseShape;
using kernels::MaskRule;

FEDMRN_ON_DEVICES(PackMask);

bool bit(const std::vector<std::uint32_t>& words, std::size_t i) {
    return words[i / 32] >> i % 32 & 1;
}

std::vector<std::uint32_t> packed(Device& device, const MaskRule& rule, std::uint64_t seed,
                                  const std::vector<float>& update) {
    const Buffer<float> u(device, update);
    Buffer<std::uint32_t> words(device, (update.size() + 31) / 32);
    kernels::pack_mask(device, rule, seed, update.size(), u.data(), words.data());
    return words.read();
}

std::vector<float> noise(Device& device, const MaskRule& rule, std::uint64_t seed, std::size_t n) {
    Buffer<float> out(device, n);
    kernels::make_noise(device, rule.noise, seed, n, out.data());
    return out.read();
}

/// Element by element from the formulas, at sizes that end inside words and tiles.
TEST_P(PackMask, IsTheFormulaOfEachElement) {
    RandomValues random(1);
    for (const std::size_t size : {1u, 31u, 32u, 33u, 127u, 128u, 129u, 1000u}) {
        for (const bool stochastic : {true, false}) {
            const MaskRule rule{MaskShape::plusminus,
                                formula::noise_rule(NoiseShape::gaussian, 0.01), stochastic, true};
            const auto update = random.values(size, 0.02), n = noise(device, rule, 9, size);
            const auto words = packed(device, rule, 9, update);
            for (std::size_t i = 0; i < size; ++i) {
                const std::uint32_t word =
                    formula::element_word(9, i, 0, formula::purpose_final_mask);
                const auto p = formula::keep_probability<MaskShape::plusminus>(update[i], n[i]);
                ASSERT_EQ(bit(words, i), formula::mask_bit(p, word, stochastic))
                    << size << ' ' << i;
            }
            for (std::size_t i = size; i < words.size() * 32; ++i) ASSERT_FALSE(bit(words, i));
        }
    }
}

/// The final mask of u = r · n has a share r of its bits set, confidence 99.99 %.
TEST_P(PackMask, FinalMasksAreUnbiased) {
    constexpr std::size_t size = 100'000;
    for (const NoiseShape shape :
         {NoiseShape::uniform, NoiseShape::gaussian, NoiseShape::bernoulli}) {
        const MaskRule rule{MaskShape::binary, formula::noise_rule(shape, 0.01), true, true};
        auto update = noise(device, rule, 10, size);
        for (float& u : update) u *= 0.3f;
        const auto words = packed(device, rule, 10, update);
        std::size_t set = 0;
        for (std::size_t i = 0; i < size; ++i) set += bit(words, i);
        EXPECT_NEAR(static_cast<double>(set) / size, 0.3, z_9999 * std::sqrt(0.21 / size));
    }
}

FEDMRN_ON_DEVICES(AggregateMasks);

/// Σ N_k · grid_k · mask_k from the bits equals the sum of the clients' decoded masks, exactly, in
/// any order.
TEST_P(AggregateMasks, IsTheExactSum) {
    constexpr std::size_t size = 1000, clients = 5;
    RandomValues random(2);
    for (const MaskShape mask : {MaskShape::binary, MaskShape::plusminus}) {
        const MaskRule rule{mask, formula::noise_rule(NoiseShape::gaussian, 0.01), true, true};
        constexpr std::size_t words = (size + 31) / 32;
        Buffer<std::uint32_t> masks(device, words * clients);
        std::vector<kernels::PackedMask> uploads;
        std::vector<double> expected(size, 0.0);
        for (std::size_t k = 0; k < clients; ++k) {
            const std::uint64_t seed = 100 + k, samples = 1 + random.below(1000);
            const auto bits = packed(device, rule, seed, random.values(size, 0.02));
            masks.write(bits, k * words);
            uploads.push_back({masks.data() + k * words, seed, samples});
            const auto n = noise(device, rule, seed, size);
            for (std::size_t i = 0; i < size; ++i) {
                const double m = bit(bits, i) ? 1 : (mask == MaskShape::binary ? 0 : -1);
                // In units of the noise: whole numbers, exact in a double.
                expected[i] += static_cast<double>(samples) * m *
                               std::nearbyint(double{n[i]} / double{rule.noise.unit});
            }
        }
        std::vector<std::int64_t> first;
        for (int trial = 0; trial < 4; ++trial) {
            Buffer<std::int64_t> sum(device, size);
            kernels::aggregate_masks(device, rule, uploads, size, sum.data());
            const auto sums = sum.read();
            if (first.empty()) first = sums;
            ASSERT_TRUE(same_bits(sums, first));
            std::rotate(uploads.begin(), uploads.begin() + 1, uploads.end());
            std::swap(uploads[0], uploads[2]);
        }
        for (std::size_t i = 0; i < size; ++i) {
            ASSERT_EQ(static_cast<double>(first[i]), expected[i]) << i;
        }
    }
}

TEST_P(AggregateMasks, AddsToWhatIsThere) {
    const MaskRule rule{MaskShape::binary, formula::noise_rule(NoiseShape::bernoulli, 0.01), true,
                        true};
    const Buffer<std::uint32_t> words(device, std::vector<std::uint32_t>{0b101});
    Buffer<std::int64_t> sum(device, std::vector<std::int64_t>{1, 2, 3});
    const std::vector<kernels::PackedMask> uploads{{words.data(), 1, 3}};
    kernels::aggregate_masks(device, rule, uploads, 3, sum.data());
    const auto n = noise(device, rule, 1, 3);
    const std::int64_t whole = std::int64_t{3} << 24;
    EXPECT_EQ(sum.read(), (std::vector<std::int64_t>{1 + (n[0] > 0 ? whole : -whole), 2,
                                                     3 + (n[2] > 0 ? whole : -whole)}));
}

/// One client: the mean is N · grid · unit / N, within two roundings of a double.
TEST_P(AggregateMasks, MeanOfOneClientIsItsNoise) {
    constexpr std::size_t size = 5000;
    const MaskRule rule{MaskShape::binary, formula::noise_rule(NoiseShape::uniform, 0.01), true,
                        true};
    const Buffer<std::uint32_t> ones(device, std::vector<std::uint32_t>((size + 31) / 32, ~0u));
    for (const std::uint64_t samples : {1ull, 64ull, 600ull, (1ull << 38) - 1}) {
        Buffer<std::int64_t> sum(device, size);
        Buffer<double> mean(device, size);
        const std::vector<kernels::PackedMask> uploads{{ones.data(), 3, samples}};
        kernels::aggregate_masks(device, rule, uploads, size, sum.data());
        kernels::mean_of_masks(device, size, sum.data(), rule.noise.unit, samples, mean.data());
        const auto means = mean.read();
        const auto n = noise(device, rule, 3, size);
        for (std::size_t i = 0; i < size; ++i) {
            // The mean has 53 digits, the noise is it rounded to 24.
            ASSERT_NEAR(means[i], double{n[i]}, std::abs(double{n[i]}) * 0x1p-24 * 1.0001);
            if (samples <= 64) { // a power of two: exact
                ASSERT_EQ(static_cast<float>(means[i]), n[i]);
            }
        }
    }
}

} // namespace
} // namespace fedmrn::test
