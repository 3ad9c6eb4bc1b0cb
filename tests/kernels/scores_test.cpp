// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "kernels/prune.hpp"
#include "kernels/scores.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

using kernels::FrozenTensor;

constexpr std::uint64_t seed = 4711;

double sigmoid(double s) { return 1.0 / (1.0 + std::exp(-s)); }

/// The frozen weight of an element, by the layout of key.hpp and no kernel.
float frozen(const std::vector<FrozenTensor>& tensors, std::size_t i) {
    std::size_t t = 0;
    while (i >= tensors[t].end) ++t;
    const formula::Words words = formula::philox(seed, i / 128, 0, formula::purpose_weights);
    return (words.w[i / 32 % 4] >> i % 32 & 1) != 0 ? -tensors[t].magnitude : tensors[t].magnitude;
}

class Scores : public OnDevice {
protected:
    /// Weights of one lane before local step `step`, of scores `global` that no update has changed.
    std::vector<float> weights(const std::vector<FrozenTensor>& tensors,
                               const std::vector<float>& global, std::uint32_t step,
                               std::uint64_t client = 9) {
        const Buffer<LaneState> states(device, std::vector<LaneState>{{client, 0, 1, step, 10, 1}});
        const Buffer<float> scores(device, global), zero(device, global.size());
        Buffer<float> out(device, global.size());
        kernels::score_weights(device, {seed, tensors}, 1, states.data(), scores.data(),
                               {zero.data(), 0}, {out.data(), 0});
        return out.read();
    }
    std::vector<std::uint32_t> packed(const std::vector<float>& global,
                                      const std::vector<float>& update, std::uint64_t client) {
        const Buffer<float> scores(device, global), u(device, update);
        Buffer<std::uint32_t> words(device, (global.size() + 31) / 32);
        const kernels::MaskSource one{client, u.data(), words.data()};
        kernels::pack_scores(device, {&one, 1}, global.size(), scores.data());
        return words.read();
    }
    /// What the server's next scores are, global + mean, of clients that send these words.
    std::vector<double> next(const std::vector<std::vector<std::uint32_t>>& clients,
                             const std::vector<float>& global) {
        std::vector<Buffer<std::uint32_t>> masks;
        std::vector<kernels::KeptWeights> sources;
        for (const auto& words : clients) {
            sources.push_back({masks.emplace_back(device, words).data(), 1});
        }
        const Buffer<float> scores(device, global);
        Buffer<std::uint64_t> ones(device, global.size());
        Buffer<double> mean(device, global.size());
        kernels::count_kept(device, sources, global.size(), ones.data());
        kernels::posterior_scores(device, ones.data(), static_cast<std::uint32_t>(clients.size()),
                                  global.size(), scores.data(), mean.data());
        auto sum = mean.read();
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += double{global[i]};
        return sum;
    }
};
INSTANTIATE_TEST_SUITE_P(On, Scores, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST(ScoreFormula, ProbabilityIsTheSigmoid) {
    RandomValues random(1);
    for (int i = 0; i < 100'000; ++i) {
        const float s = random.value(20.0);
        const double p = formula::score_probability(s) * 0x1p-24, theta = sigmoid(double{s});
        ASSERT_LE(p, theta);
        ASSERT_GT(p, theta - 0x1.0001p-24) << s;
    }
    constexpr float infinity = std::numeric_limits<float>::infinity();
    EXPECT_EQ(formula::score_probability(0.0f), formula::certain / 2);
    EXPECT_EQ(formula::score_probability(infinity), formula::certain);
    EXPECT_EQ(formula::score_probability(-infinity), 0u);
    EXPECT_EQ(formula::score_probability(std::nanf("")), 0u);
}

/// Three lanes, one of them idle; tensors that end inside words and tiles, and one that is empty.
TEST_P(Scores, WeightsAreTheFormulaOfEachElement) {
    RandomValues random(2);
    for (const std::size_t size : {1u, 31u, 33u, 127u, 128u, 129u, 1000u, 5000u}) {
        const std::vector<FrozenTensor> tensors{
            {size / 3, 0.5f}, {size / 3, 9.0f}, {size / 2, 0.25f}, {size, 2.0f}};
        const std::size_t stride = size + 3;
        auto states = lane_states({5, 0, 7});
        states[2].step = 6;
        const auto global = random.values(size, 3.0), update = random.values(3 * stride, 3.0);
        const Buffer<LaneState> lanes(device, states);
        const Buffer<float> g(device, global), u(device, update);
        Buffer<float> out = untouched_floats(device, 3 * stride);
        kernels::score_weights(device, {seed, tensors}, 3, lanes.data(), g.data(),
                               {u.data(), stride}, {out.data(), stride});
        const auto weights = out.read();
        for (std::size_t lane = 0; lane < 3; ++lane) {
            for (std::size_t i = 0; i < stride; ++i) {
                const float actual = weights[lane * stride + i];
                if (lane == 1 || i >= size) {
                    ASSERT_EQ(actual, untouched);
                    continue;
                }
                const std::uint32_t word = formula::element_word(
                    states[lane].seed, i, states[lane].step + 1, formula::purpose_mask);
                const std::uint32_t p =
                    formula::score_probability(global[i] + update[lane * stride + i]);
                ASSERT_EQ(actual, word >> 8 < p ? frozen(tensors, i) : 0.0f) << size << ' ' << i;
            }
        }
    }
}

/// A share θ = sigmoid(s) of the weights is there, confidence 99.9999 % a score (10 of them:
/// 99.999 % together); half of the frozen ones are negative.
TEST_P(Scores, TheMeanOfTheMaskIsTheSigmoid) {
    constexpr std::size_t size = 100'000;
    for (const float s : {-6.0f, -3.0f, -1.5f, -0.5f, 0.0f, 0.1f, 0.7f, 2.0f, 4.0f, 7.0f}) {
        const auto out = weights({{size, 0.5f}}, std::vector<float>(size, s), 3);
        std::size_t there = 0, negative = 0;
        for (const float w : out) {
            there += w != 0.0f;
            negative += w < 0.0f;
            ASSERT_TRUE(w == 0.0f || std::abs(w) == 0.5f);
        }
        const double theta = sigmoid(double{s}), n = static_cast<double>(there);
        EXPECT_NEAR(n / size, theta, z_999999 * std::sqrt(theta * (1 - theta) / size)) << s;
        EXPECT_NEAR(static_cast<double>(negative) / n, 0.5, z_999999 * 0.5 / std::sqrt(n)) << s;
    }
}

/// At θ = 1/2 two masks agree in half of the elements (confidence 99.99 %); the signs stay.
TEST_P(Scores, MasksAreDrawnAfreshAndSignsAreNot) {
    constexpr std::size_t size = 100'000;
    const std::vector<float> zero(size, 0.0f);
    const auto first = weights({{size, 1.0f}}, zero, 0);
    EXPECT_TRUE(same_bits(first, weights({{size, 1.0f}}, zero, 0)));
    for (const auto& other :
         {weights({{size, 1.0f}}, zero, 1), weights({{size, 1.0f}}, zero, 0, 10)}) {
        std::size_t equal = 0;
        for (std::size_t i = 0; i < size; ++i) {
            equal += (first[i] == 0.0f) == (other[i] == 0.0f);
            ASSERT_GE(first[i] * other[i], 0.0f); // where both are there, they are the same
        }
        EXPECT_NEAR(static_cast<double>(equal) / size, 0.5, z_9999 * 0.5 / std::sqrt(size));
    }
}

/// More tensors than one launch takes are what one tensor of the same magnitude is.
TEST_P(Scores, ManyTensorsAreNoneTheLess) {
    constexpr std::size_t size = 20'000, count = 70;
    std::vector<FrozenTensor> tensors;
    for (std::size_t t = 1; t <= count; ++t) tensors.push_back({size * t / count, 0.5f});
    const auto global = RandomValues(3).values(size, 2.0);
    EXPECT_TRUE(same_bits(weights(tensors, global, 4), weights({{size, 0.5f}}, global, 4)));
}

/// 3 · g · W0 · θ (1 − θ) in float64, three being the rate, which is what differences of the mean
/// weight W0 · θ give.
TEST_P(Scores, GradientIsThatOfTheMeanWeight) {
    constexpr std::size_t size = 3000, stride = size + 1;
    const std::vector<FrozenTensor> tensors{{1000, 0.16f}, {size, 0.3f}};
    RandomValues random(4);
    const auto global = random.values(size, 4.0), update = random.values(2 * stride, 4.0),
               gradient = random.values(2 * stride);
    const Buffer<LaneState> lanes = lanes_of(device, {0, 3});
    const Buffer<float> s(device, global), u(device, update);
    Buffer<float> g(device, gradient);
    kernels::score_gradient(device, {seed, tensors}, 3.0, 2, lanes.data(), s.data(),
                            {u.data(), stride}, {g.data(), stride});
    const auto out = g.read();
    for (std::size_t i = 0; i < 2 * stride; ++i) {
        if (i < stride || i == 2 * stride - 1) {
            ASSERT_EQ(out[i], gradient[i]); // an idle lane, and what is no score
            continue;
        }
        const double w0 = double{frozen(tensors, i - stride)}, dl = 3.0 * double{gradient[i]};
        const double score = double{global[i - stride] + update[i]}, theta = sigmoid(score);
        const double expected = dl * w0 * theta * (1 - theta);
        ASSERT_NEAR(double{out[i]}, expected, 1e-7 * std::abs(expected)) << i;
        const double h = 1e-4;
        const double rise = dl * w0 * (sigmoid(score + h) - sigmoid(score - h)) / (2 * h);
        ASSERT_NEAR(double{out[i]}, rise, 1e-7 * std::abs(dl * w0)) << i;
    }
}

/// Of several masks, of one, which is that of score_weights, and of the probabilities themselves.
TEST_P(Scores, TheMeanOfMasksIsTheFormulaOfEachElement) {
    RandomValues random(7);
    for (const std::size_t size : {1u, 33u, 127u, 129u, 5000u}) {
        const std::vector<FrozenTensor> tensors{{size / 3, 0.5f}, {size / 2, 0.25f}, {size, 3.0f}};
        const auto global = random.values(size, 3.0);
        const Buffer<float> scores(device, global);
        for (const std::uint32_t count : {0u, 1u, 2u, 7u, 300u}) {
            if (count == 300 && size > 129) continue;
            Buffer<float> out = untouched_floats(device, size + 1);
            kernels::mean_score_weights(device, {seed, tensors}, {77, 4, count}, scores.data(),
                                        out.data());
            const auto found = out.read();
            ASSERT_EQ(found[size], untouched);
            if (count == 1) {
                EXPECT_TRUE(same_bits(head(found, size), weights(tensors, global, 4, 77)));
            }
            for (std::size_t i = 0; i < size; ++i) {
                const std::uint32_t p = formula::score_probability(global[i]);
                std::uint32_t set = count == 0 ? p : 0;
                for (std::uint64_t m = 0; m < count; ++m) {
                    const formula::Words words = formula::philox(
                        77, i / 128 * 32 + i % 32 + (m << 40), 5, formula::purpose_mask);
                    set += words.w[i / 32 % 4] >> 8 < p ? 1 : 0;
                }
                const float of = count == 0 ? 0x1p24f : static_cast<float>(count);
                const float share = static_cast<float>(set) / of;
                ASSERT_EQ(found[i], frozen(tensors, i) * share) << size << ' ' << count << ' ' << i;
                ASSERT_FALSE(found[i] == 0.0f && std::signbit(found[i]));
            }
        }
    }
}

/// Masks are drawn each by itself: the mean of n differs from the probabilities by a standard
/// deviation of √(θ (1 − θ) / n).
TEST_P(Scores, MasksOfAMeanAreIndependent) {
    constexpr std::size_t size = 20'000;
    const Buffer<float> scores(device, std::vector<float>(size, 0.5f));
    const std::vector<FrozenTensor> tensors{{size, 1.0f}};
    const double theta = sigmoid(0.5);
    for (const std::uint32_t count : {4u, 25u}) {
        Buffer<float> out(device, size);
        kernels::mean_score_weights(device, {seed, tensors}, {3, 9, count}, scores.data(),
                                    out.data());
        double sum = 0, square = 0;
        for (const float w : out.read()) {
            const double off = std::abs(double{w}) - theta;
            sum += off;
            square += off * off;
        }
        const double variance = theta * (1 - theta) / count;
        EXPECT_NEAR(sum / size, 0.0, z_9999 * std::sqrt(variance / size));
        EXPECT_NEAR(square / size, variance, 0.06 * variance) << count;
    }
}

TEST_P(Scores, PackedBitsAreTheFormulaOfEachElement) {
    RandomValues random(5);
    for (const std::size_t size : {1u, 31u, 32u, 33u, 127u, 128u, 129u, 1000u}) {
        const auto global = random.values(size, 2.0), update = random.values(size, 2.0);
        const auto words = packed(global, update, 77);
        for (std::size_t i = 0; i < words.size() * 32; ++i) {
            bool expected = false;
            if (i < size) {
                const std::uint32_t p = formula::score_probability(global[i] + update[i]);
                expected = formula::element_word(77, i, 0, formula::purpose_final_mask) >> 8 < p;
            }
            ASSERT_EQ((words[i / 32] >> i % 32 & 1) != 0, expected) << size << ' ' << i;
        }
    }
}

/// Every count of K clients, as the Beta posterior of the paper has it: α = λ + Σ m, β = λ + K − Σ
/// m, λ = 1, θ = (α − 1) / (α + β − 2), which is the mean of the bits. Where all agree a tenth
/// of a client's share is left.
TEST_P(Scores, PosteriorIsTheMeanOfTheBits) {
    for (const std::size_t clients : {1u, 2u, 3u, 10u, 37u}) {
        // Element i is set by the first i clients; in any order of them.
        std::vector<std::vector<std::uint32_t>> words(clients,
                                                      std::vector<std::uint32_t>(clients / 32 + 1));
        for (std::size_t k = 0; k < clients; ++k) {
            for (std::size_t i = k + 1; i <= clients; ++i) words[k][i / 32] |= 1u << i % 32;
        }
        const auto global = RandomValues(6).values(clients + 1, 5.0);
        const auto scores = next(words, global);
        const double count = static_cast<double>(clients), epsilon = 0.1 / count;
        for (std::size_t ones = 0; ones <= clients; ++ones) {
            const double alpha = 1.0 + static_cast<double>(ones), beta = 2.0 + count - alpha;
            const double mode = (alpha - 1) / (alpha + beta - 2);
            const double theta = std::clamp(mode, epsilon, 1 - epsilon);
            EXPECT_NEAR(scores[ones], std::log(theta / (1 - theta)), 1e-13) << ones;
            if (ones != 0 && ones != clients) {
                EXPECT_NEAR(sigmoid(scores[ones]), static_cast<double>(ones) / count, 1e-13);
            }
        }
        std::reverse(words.begin(), words.end());
        EXPECT_TRUE(same_bits(next(words, global), scores));
    }
}

/// Agreement can be undone: of cohorts of as many clients, whose scores have not moved, one in ten
/// has a client that draws the other bit.
TEST(ScoreFormula, NoScoreIsForEver) {
    for (const std::uint32_t clients : {1u, 2u, 10u, 100u, 10'000u}) {
        for (const std::uint32_t ones : {0u, clients}) {
            const double theta = sigmoid(formula::posterior_score(ones, clients));
            const double same = ones == 0 ? 1 - theta : theta;
            EXPECT_NEAR(std::pow(same, clients), 0.9, 0.005) << clients;
        }
    }
}

} // namespace
} // namespace fedmrn::test
