// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "kernels/binarize.hpp"
#include "kernels/formula/key.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

using kernels::BinaryTensor;

/// A lane with T tensors of the given sizes, one behind the other; its update ends with a and α0.
struct Lane {
    std::vector<BinaryTensor> tensors;
    std::size_t elements = 0;
    std::vector<float> update;

    explicit Lane(const std::vector<std::size_t>& sizes, double scale = 0.02,
                  std::uint64_t of = 1) {
        for (const std::size_t size : sizes) {
            tensors.push_back({elements, size});
            elements += size;
        }
        update = RandomValues(of).values(elements, scale);
        update.resize(elements + 2 * sizes.size(), 0.0f);
    }
    [[nodiscard]] kernels::BinaryUpdate binary() const { return {tensors, elements}; }
    float& exponent(std::size_t t) { return update[elements + t]; }
    float& start(std::size_t t) { return update[elements + tensors.size() + t]; }
};

/// The random word of element i of tensor t: tensors begin with a tile of their own.
std::uint32_t word_of(const Lane& lane, std::size_t t, std::size_t i, std::uint64_t seed,
                      std::uint32_t step, formula::Purpose purpose) {
    std::size_t tile = 0;
    for (std::size_t before = 0; before < t; ++before)
        tile += (lane.tensors[before].elements + 127) / 128;
    return formula::element_word(seed, tile * 128 + i, step, purpose);
}

double clamped(double alpha) { return std::clamp(alpha, 5e-4, 5e-2); }

class Binarize : public OnDevice {
protected:
    /// Runs a lane's pass before local step `step` of 10; its update becomes what the pass leaves.
    std::vector<float> weights(Lane& lane, const std::vector<float>& global, std::uint32_t step,
                               std::uint64_t seed = 9) {
        const Buffer<LaneState> states(device, std::vector<LaneState>{{seed, 0, 1, step, 10, 1}});
        const Buffer<float> base(device, global);
        Buffer<float> update(device, lane.update), out(device, lane.elements);
        kernels::binarize_weights(device, lane.binary(), 1, states.data(), base.data(),
                                  {update.data(), 0}, {out.data(), 0});
        lane.update = update.read();
        return out.read();
    }
    std::vector<float> gradient(const Lane& lane, std::vector<float> of_weights, std::uint32_t step,
                                std::uint64_t seed = 9) {
        of_weights.resize(lane.update.size(), untouched);
        const Buffer<LaneState> states(device, std::vector<LaneState>{{seed, 0, 1, step, 10, 1}});
        const Buffer<float> update(device, lane.update);
        Buffer<float> out(device, of_weights);
        kernels::binarize_gradient(device, lane.binary(), 1, states.data(), {update.data(), 0},
                                   {out.data(), 0});
        return out.read();
    }
};
INSTANTIATE_TEST_SUITE_P(On, Binarize, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST(BinarizeFormula, ScaleIsTheSpecifications) {
    RandomValues random(1);
    for (int i = 0; i < 100'000; ++i) {
        const float start = static_cast<float>(std::exp(-2.0 - 8.0 * random.unit()));
        const float a = random.value(0.6);
        const double raw = clamped(double{start}) * std::exp(6.0 * double{a});
        const formula::BinaryScale scale = formula::binary_scale(start, a);
        ASSERT_NEAR(double{scale.alpha}, clamped(raw), 1e-7 * clamped(raw));
        ASSERT_EQ(scale.held, a != 0.0f && raw < 5e-4 ? -1 : raw > 5e-2 ? 1 : 0) << raw;
        ASSERT_EQ(scale.start, start);
    }
    EXPECT_EQ(formula::binary_scale(0.0f, 0.0f).alpha, 5e-4f);
    EXPECT_EQ(formula::binary_scale(std::nanf(""), 0.0f).alpha, 5e-4f);
    EXPECT_EQ(formula::binary_scale(0.01f, 1e30f).alpha, 5e-2f);
}

/// A limit holds α, and lets it go: an α0 below it moves at the first step that wants more.
TEST(BinarizeFormula, ALimitHoldsOnlyOutwards) {
    for (const float start : {0.0f, 1e-4f, 5e-4f}) {
        const formula::BinaryScale scale = formula::binary_scale(start, 0.0f);
        EXPECT_EQ(scale.alpha, 5e-4f);
        const float gradient = formula::exponent_gradient(-1.0, scale);
        EXPECT_FLOAT_EQ(gradient, -5e-4f * 6);
        EXPECT_GT(formula::binary_scale(start, -gradient).alpha, 5e-4f);
    }
    const formula::BinaryScale low = formula::binary_scale(1e-3f, -1.0f),
                               high = formula::binary_scale(1e-2f, 1.0f);
    EXPECT_EQ(formula::exponent_gradient(1.0, low), 0.0f);
    EXPECT_LT(formula::exponent_gradient(-1.0, low), 0.0f);
    EXPECT_EQ(formula::exponent_gradient(-1.0, high), 0.0f);
    EXPECT_GT(formula::exponent_gradient(1.0, high), 0.0f);
}

/// x = clamp(⌊(u/α + 1)/2 + r⌋, 0, 1) for r = 1 − (the word's upper 24 bits + 1/2) · 2⁻²⁴.
TEST(BinarizeFormula, BitIsTheSpecifications) {
    RandomValues random(2);
    for (int i = 0; i < 200'000; ++i) {
        const float u = random.value(0.03), alpha = 0.02f;
        const auto word = static_cast<std::uint32_t>(random.word());
        const double r = 1.0 - ((word >> 8) + 0.5) * 0x1p-24;
        const double level = (double{u} / double{alpha} + 1) / 2 + r;
        if (std::abs(level - std::nearbyint(level)) < 0x1p-22) continue; // rounding decides
        ASSERT_EQ(formula::binary_bit(u, alpha, word), std::clamp(std::floor(level), 0.0, 1.0));
    }
}

TEST(BinarizeFormula, HalfOfTheStepsAreDense) {
    EXPECT_EQ(formula::dense_steps(1), 0u);
    EXPECT_EQ(formula::dense_steps(2), 1u);
    EXPECT_EQ(formula::dense_steps(3), 1u);
    EXPECT_EQ(formula::dense_steps(10), 5u);
}

TEST_P(Binarize, TheFirstHalfTrainsTheUpdateItself) {
    Lane lane({70, 1, 300, 3000});
    const auto before = lane.update, global = RandomValues(2).values(lane.elements);
    for (const std::uint32_t step : {0u, 4u}) {
        const auto out = weights(lane, global, step);
        for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], global[i] + before[i]);
        EXPECT_TRUE(same_bits(lane.update, before));
        const auto g = RandomValues(3).values(lane.elements), turned = gradient(lane, g, step);
        EXPECT_TRUE(same_bits(head(turned, lane.elements), g));
        for (std::size_t t = lane.elements; t < turned.size(); ++t) ASSERT_EQ(turned[t], 0.0f);
    }
}

/// Element by element, in the second half; α0 is set at its first step and kept from then on.
TEST_P(Binarize, TheSecondHalfIsGlobalPlusOrMinusAlpha) {
    Lane lane({70, 1, 300, 3000});
    const auto global = RandomValues(2).values(lane.elements);
    std::vector<double> means;
    for (const BinaryTensor& tensor : lane.tensors) {
        double sum = 0;
        for (std::size_t i = 0; i < tensor.elements; ++i)
            sum += std::abs(double{lane.update[tensor.offset + i]});
        means.push_back(sum / static_cast<double>(tensor.elements));
    }
    for (const std::uint32_t step : {5u, 6u, 9u}) {
        for (std::size_t t = 0; t < 4; ++t)
            lane.exponent(t) = 0.05f * static_cast<float>(step) * (t % 2 == 0 ? 1.0f : -1.0f);
        auto before = lane.update;
        const auto out = weights(lane, global, step, 9);
        for (std::size_t t = 0; t < 4; ++t) {
            ASSERT_NEAR(double{lane.start(t)}, means[t], 1e-7 * means[t]);
            const float alpha = formula::binary_scale(lane.start(t), lane.exponent(t)).alpha;
            for (std::size_t i = 0; i < lane.tensors[t].elements; ++i) {
                const std::size_t at = lane.tensors[t].offset + i;
                const bool bit =
                    formula::binary_bit(lane.update[at], alpha,
                                        word_of(lane, t, i, 9, step + 1, formula::purpose_mask));
                ASSERT_EQ(out[at], global[at] + (bit ? alpha : -alpha)) << t << ' ' << i;
            }
            before[lane.elements + 4 + t] = lane.start(t);
        }
        EXPECT_TRUE(same_bits(lane.update, before));    // nothing else has changed
        for (const BinaryTensor& tensor : lane.tensors) // later steps measure nothing
            for (std::size_t i = 0; i < tensor.elements; ++i)
                lane.update[tensor.offset + i] *= 1.5f;
    }
}

/// The mean of û over 100,000 elements, u/α from −1.5 to 1.5, each with confidence 99.9999 %.
TEST_P(Binarize, TheMeanIsTheClippedUpdate) {
    constexpr std::size_t size = 100'000;
    constexpr double alpha = 0.02;
    for (const double ratio : {-1.5, -1.0, -0.6, -0.1, 0.0, 0.3, 0.9, 1.0, 1.2}) {
        Lane lane({size});
        std::fill_n(lane.update.begin(), size, static_cast<float>(ratio * alpha));
        lane.start(0) = static_cast<float>(alpha);
        double sum = 0;
        for (const float w : weights(lane, std::vector<float>(size, 0.0f), 7)) sum += double{w};
        const double mean = std::clamp(ratio, -1.0, 1.0);
        EXPECT_NEAR(sum / alpha / size, mean, z_999999 * std::sqrt((1 - mean * mean) / size) + 1e-6)
            << ratio;
    }
}

/// In float64 from the specification. Sums err by the roundings of the ratio and of float.
TEST_P(Binarize, GradientIsTheSpecifications) {
    Lane lane({70, 1, 300, 10'000, 2048, 600'000});
    for (std::size_t t = 0; t < 6; ++t) {
        lane.start(t) = 0.01f;
        lane.exponent(t) = 0.02f * static_cast<float>(t) - 0.05f;
    }
    lane.exponent(0) = 1.0f; // the upper limit holds it
    const auto g = RandomValues(3).values(lane.elements);
    const auto out = gradient(lane, g, 6);
    for (std::size_t t = 0; t < 6; ++t) {
        const double alpha =
            clamped(double{lane.start(t)} * std::exp(6.0 * double{lane.exponent(t)}));
        const auto narrow = static_cast<float>(alpha);
        double sum = 0, size = 0;
        for (std::size_t i = 0; i < lane.tensors[t].elements; ++i) {
            const std::size_t at = lane.tensors[t].offset + i;
            const double u = double{lane.update[at]}, dl = double{g[at]};
            ASSERT_EQ(out[at], std::abs(u) <= double{narrow} ? g[at] : 0.0f);
            const bool bit = formula::binary_bit(lane.update[at], narrow,
                                                 word_of(lane, t, i, 9, 7, formula::purpose_mask));
            const double slope = u > alpha    ? 1.0
                                 : u < -alpha ? -1.0
                                              : (bit ? 1.0 : -1.0) - u / alpha;
            sum += dl * slope;
            size += std::abs(dl * slope);
        }
        const double unit = t == 0 && sum < 0 ? 0.0 : alpha * 6.0;
        EXPECT_NEAR(double{out[lane.elements + t]}, sum * unit, 2e-7 * size * unit) << t;
        EXPECT_EQ(out[lane.elements + 6 + t], 0.0f);
    }
}

/// Over seeds, dL/da is what differences of E[L] = Σ g · clip(u, ±α(a)) give, confidence 99.99 %.
TEST_P(Binarize, GradientOfTheScaleIsThatOfTheMean) {
    constexpr std::size_t size = 2000, seeds = 200;
    Lane lane({size}, 0.02);
    lane.start(0) = 0.01f;
    lane.exponent(0) = -0.03f;
    // Gradients that go with the update, so that every part of dL/da counts.
    auto g = RandomValues(3).values(size);
    for (std::size_t i = 0; i < size; ++i) g[i] += 50.0f * lane.update[i];
    const auto loss = [&](double a) {
        const double alpha = double{lane.start(0)} * std::exp(6.0 * a);
        double sum = 0;
        for (std::size_t i = 0; i < size; ++i)
            sum += double{g[i]} * std::clamp(double{lane.update[i]}, -alpha, alpha);
        return sum;
    };
    const double a = double{lane.exponent(0)}, h = 1e-6;
    const double expected = (loss(a + h) - loss(a - h)) / (2 * h);
    const double alpha = double{lane.start(0)} * std::exp(6.0 * a);
    double variance = 0; // of one seed: that of the signs
    for (std::size_t i = 0; i < size; ++i) {
        const double ratio = std::clamp(double{lane.update[i]} / alpha, -1.0, 1.0);
        variance += std::pow(double{g[i]} * alpha * 6.0, 2) * (1 - ratio * ratio);
    }
    double mean = 0;
    for (std::uint64_t seed = 0; seed < seeds; ++seed)
        mean += double{gradient(lane, g, 8, seed)[size]} / seeds;
    const double deviation = std::sqrt(variance / seeds);
    EXPECT_NEAR(mean, expected, z_9999 * deviation + 1e-6 * std::abs(expected));
    EXPECT_GT(std::abs(expected), 3 * deviation); // else zero would do as well
}

/// Lanes at different places of their training, one of them idle, are each what they are alone.
TEST_P(Binarize, LanesTogetherAreAsAlone) {
    Lane lane({70, 300, 5000});
    const std::size_t stride = lane.update.size() + 3;
    const std::vector<LaneState> states{
        {100, 0, 9, 4, 10, 9}, {}, {102, 0, 9, 5, 10, 9}, {103, 0, 9, 0, 1, 9}};
    const auto global = RandomValues(2).values(lane.elements),
               g = RandomValues(3).values(lane.elements);
    const auto run = [&](const std::vector<LaneState>& some) {
        const std::size_t lanes = some.size();
        std::vector<float> all(lanes * stride, untouched), of_weights(lanes * stride, untouched);
        for (std::size_t l = 0; l < lanes; ++l) {
            std::copy(lane.update.begin(), lane.update.end(), all.begin() + l * stride);
            std::copy(g.begin(), g.end(), of_weights.begin() + l * stride);
        }
        const Buffer<LaneState> on_device(device, some);
        const Buffer<float> base(device, global);
        Buffer<float> update(device, all), out = untouched_floats(device, lanes * stride),
                                           turned(device, of_weights);
        kernels::binarize_weights(device, lane.binary(), lanes, on_device.data(), base.data(),
                                  {update.data(), stride}, {out.data(), stride});
        kernels::binarize_gradient(device, lane.binary(), lanes, on_device.data(),
                                   {update.data(), stride}, {turned.data(), stride});
        std::vector<std::vector<float>> each;
        for (std::size_t l = 0; l < lanes; ++l) {
            for (const auto& values : {update.read(), out.read(), turned.read()})
                each.emplace_back(values.begin() + l * stride, values.begin() + (l + 1) * stride);
        }
        return each;
    };
    const auto together = run(states);
    for (std::size_t l = 0; l < states.size(); ++l) {
        const auto alone = run({states[l]});
        for (std::size_t part = 0; part < 3; ++part)
            EXPECT_TRUE(same_bits(together[3 * l + part], alone[part])) << l << ' ' << part;
    }
    EXPECT_TRUE(is_untouched(together[4], 0));             // the idle lane's weights
    EXPECT_TRUE(is_untouched(together[7], lane.elements)); // past the weights
}

/// More tensors than one launch takes.
TEST_P(Binarize, ManyTensorsAreNoneTheLess) {
    std::vector<std::size_t> sizes;
    for (std::size_t t = 0; t < 70; ++t) sizes.push_back(t * 53 % 211);
    Lane lane(sizes);
    const auto out = weights(lane, std::vector<float>(lane.elements, 0.0f), 5);
    const auto turned = gradient(lane, RandomValues(4).values(lane.elements), 5);
    Buffer<float> update(device, lane.update), scales(device, 70);
    Buffer<std::uint32_t> words(device, lane.elements / 32 + 70);
    const kernels::BinarizeSource one{9, update.data(), scales.data(), words.data()};
    kernels::pack_binarized(device, lane.binary(), {&one, 1});
    const auto codes = words.read();
    std::size_t word = 0;
    for (std::size_t t = 0; t < 70; ++t) {
        const float alpha = formula::binary_scale(lane.start(t), 0.0f).alpha;
        ASSERT_EQ(scales.read()[t], alpha);
        double sum = 0;
        for (std::size_t i = 0; i < sizes[t]; ++i) {
            const std::size_t at = lane.tensors[t].offset + i;
            const bool bit = formula::binary_bit(lane.update[at], alpha,
                                                 word_of(lane, t, i, 9, 6, formula::purpose_mask));
            ASSERT_EQ(out[at], bit ? alpha : -alpha) << t << ' ' << i;
            sum += double{std::abs(lane.update[at])};
        }
        if (sizes[t] != 0) {
            ASSERT_NEAR(double{lane.start(t)} * static_cast<double>(sizes[t]), sum, 1e-7 * sum);
        }
        ASSERT_EQ(turned[lane.elements + t] != 0.0f, sizes[t] > 1) << t;
        for (std::size_t i = 0; i < (sizes[t] + 31) / 32 * 32; ++i) {
            const bool below =
                i < sizes[t] &&
                !formula::binary_bit(lane.update[lane.tensors[t].offset + i], alpha,
                                     word_of(lane, t, i, 9, 0, formula::purpose_final_mask));
            ASSERT_EQ((codes[word + i / 32] >> i % 32 & 1) != 0, below) << t << ' ' << i;
        }
        word += (sizes[t] + 31) / 32;
    }
}

/// The final draw, bits set for −α, each tensor from a word of its own, spare bits zero; a client
/// that never binarized sends its mean magnitude.
TEST_P(Binarize, PackedBitsAreTheFormulaOfEachElement) {
    Lane set({70, 1, 300, 3000}), unset = set;
    for (std::size_t t = 0; t < 4; ++t) {
        set.start(t) = 0.012f;
        set.exponent(t) = 0.03f * static_cast<float>(t);
        unset.exponent(t) = 0.1f;
    }
    const std::size_t count = 3 + 1 + 10 + 94;
    const Buffer<float> a(device, set.update), b(device, unset.update);
    Buffer<float> scales(device, 8);
    Buffer<std::uint32_t> words(device, std::vector<std::uint32_t>(2 * count, ~0u));
    const std::vector<kernels::BinarizeSource> clients{
        {5, a.data(), scales.data(), words.data()},
        {6, b.data(), scales.data() + 4, words.data() + count}};
    kernels::pack_binarized(device, set.binary(), clients);
    const auto alphas = scales.read();
    const auto bits = words.read();
    for (std::size_t k = 0; k < 2; ++k) {
        Lane& lane = k == 0 ? set : unset;
        std::size_t first = k * count;
        for (std::size_t t = 0; t < 4; ++t) {
            const std::size_t size = lane.tensors[t].elements;
            double sum = 0;
            for (std::size_t i = 0; i < size; ++i)
                sum += std::abs(double{lane.update[lane.tensors[t].offset + i]});
            const double start = k == 0 ? 0.012 : sum / static_cast<double>(size);
            const double alpha = clamped(start * std::exp(6.0 * double{lane.exponent(t)}));
            ASSERT_NEAR(double{alphas[4 * k + t]}, alpha, 2e-7 * alpha);
            for (std::size_t i = 0; i < (size + 31) / 32 * 32; ++i) {
                const bool below =
                    i < size && !formula::binary_bit(
                                    lane.update[lane.tensors[t].offset + i], alphas[4 * k + t],
                                    word_of(lane, t, i, 5 + k, 0, formula::purpose_final_mask));
                ASSERT_EQ((bits[first + i / 32] >> i % 32 & 1) != 0, below) << t << ' ' << i;
            }
            first += (size + 31) / 32;
        }
    }
}

} // namespace
} // namespace fedmrn::test
