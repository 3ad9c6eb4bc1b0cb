// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/frozen_factor.hpp"

#include <gtest/gtest.h>

#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/matrices.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

using kernels::FrozenShape;

/// Wide and tall, around a warp, a tile, a block's words and a Philox block of signs.
const std::vector<FrozenShape> shapes{
    {1, 1, 1, 0, 0.5f},     {3, 7, 2, 1, 0.25f},    {7, 3, 5, 2, 0.25f},   {32, 32, 32, 3, 0.125f},
    {33, 65, 17, 4, 0.1f},  {65, 33, 17, 5, 0.1f},  {5, 300, 33, 6, 0.1f}, {300, 5, 33, 7, 0.1f},
    {3, 257, 130, 8, 0.1f}, {257, 3, 130, 9, 0.1f}, {32, 9, 1, 10, 0.1f},  {5, 140, 140, 11, 0.3f}};

/// Three lanes, the second idle; lane l's seed is 100 + l.
const std::vector<std::uint32_t> samples{4, 0, 2};

/// D of a lane's B by the reference.
Values reference(const FrozenShape& s, std::uint64_t seed, const float* factor) {
    return frozen_product(seed, s.tensor, s.rows, s.columns, s.rank, s.scale, factor).values;
}

/// Whether each value is right to `roundings` of float32 in a sum of terms of this size in all.
::testing::AssertionResult within(const std::vector<float>& actual, const Values& expected,
                                  double terms, std::size_t roundings) {
    const double bound = terms * static_cast<double>(roundings + 4) * 0x1p-24;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (!(std::abs(static_cast<double>(actual[i]) - expected[i]) <= bound)) {
            return ::testing::AssertionFailure() << "value " << i << " is " << actual[i]
                                                 << ", expected " << expected[i] << " ± " << bound;
        }
    }
    return ::testing::AssertionSuccess();
}

FEDMRN_ON_DEVICES(FrozenFactor);

TEST_P(FrozenFactor, WeightsAreGlobalPlusTheProduct) {
    for (const FrozenShape& s : shapes) {
        const std::size_t n = s.rows * s.columns, stride = n + 3, b_stride = s.values() + 1;
        RandomValues random(1);
        const auto g = random.values(n), b = random.values(3 * b_stride);
        const Buffer<LaneState> states = lanes_of(device, samples);
        const Buffer<float> global(device, g), factor(device, b);
        Buffer<float> weights = untouched_floats(device, 3 * stride);
        kernels::frozen_weights(device, s, 3, states.data(), global.data(),
                                per_lane(factor, b_stride), per_lane(weights, stride));
        const auto made = weights.read();
        for (std::size_t lane = 0; lane < 3; ++lane) {
            const auto first = made.begin() + static_cast<std::ptrdiff_t>(lane * stride);
            const std::vector<float> own(first, first + static_cast<std::ptrdiff_t>(stride));
            if (samples[lane] == 0) {
                EXPECT_TRUE(is_untouched(own, 0));
                continue;
            }
            Values expected = reference(s, 100 + lane, b.data() + lane * b_stride);
            for (std::size_t i = 0; i < n; ++i) expected[i] += static_cast<double>(g[i]);
            const double terms = 1.0 + static_cast<double>(s.rank) * static_cast<double>(s.scale);
            EXPECT_TRUE(within(own, expected, terms, s.rank)) << s.rows << " × " << s.columns;
            EXPECT_TRUE(is_untouched(own, n));
        }
    }
}

/// What the server decodes is what the client trained on, bit by bit.
TEST_P(FrozenFactor, DecodesToWhatWeightsAreMadeOf) {
    for (const FrozenShape& s : shapes) {
        const std::size_t n = s.rows * s.columns;
        const auto b = RandomValues(2).values(3 * s.values());
        const Buffer<LaneState> states = lanes_of(device, {1, 1, 1});
        const Buffer<float> zeros(device, n), factor(device, b);
        Buffer<float> weights(device, 3 * n), decoded(device, 3 * n);
        kernels::frozen_weights(device, s, 3, states.data(), zeros.data(),
                                per_lane(factor, s.values()), per_lane(weights, n));
        std::vector<kernels::FrozenProduct> clients;
        for (std::size_t k = 0; k < 3; ++k) {
            clients.push_back({100 + k, factor.data() + k * s.values(), decoded.data() + k * n});
        }
        kernels::multiply_frozen(device, s, clients);
        std::vector<float> sums; // −0 + 0 is 0
        for (const float value : decoded.read()) sums.push_back(0.0f + value);
        EXPECT_TRUE(same_bits(sums, weights.read())) << s.rows << " × " << s.columns;
    }
}

/// dL/dB is the transpose of D's map: of G and any B, ⟨G, D(B)⟩ = ⟨dL/dB, B⟩, here element by
/// element against float64; zeros behind it.
TEST_P(FrozenFactor, GradientIsTheTransposedProduct) {
    for (const FrozenShape& s : shapes) {
        const std::size_t n = s.rows * s.columns, stride = n + 3;
        std::vector<float> g = RandomValues(3).values(3 * stride);
        const Buffer<LaneState> states = lanes_of(device, samples);
        Buffer<float> gradient(device, g);
        kernels::frozen_gradient(device, s, 3, states.data(), per_lane(gradient, stride));
        const auto made = gradient.read();
        for (std::size_t lane = 0; lane < 3; ++lane) {
            const auto first = made.begin() + static_cast<std::ptrdiff_t>(lane * stride);
            const std::vector<float> own(first, first + static_cast<std::ptrdiff_t>(stride));
            const float* before = g.data() + lane * stride;
            if (samples[lane] == 0) {
                EXPECT_TRUE(same_bits(own, std::vector<float>(before, before + stride)));
                continue;
            }
            const Matrix signs = frozen_signs(100 + lane, s.tensor, s.rank, s.larger());
            const Matrix of_weights(s.rows, s.columns, before);
            Values expected =
                product(signs, s.is_wide() ? transposed(of_weights) : of_weights).values;
            for (double& value : expected) value *= static_cast<double>(s.scale);
            const double terms = static_cast<double>(s.larger()) * static_cast<double>(s.scale);
            EXPECT_TRUE(within(own, expected, terms, s.larger() / 32 + 5))
                << s.rows << " × " << s.columns;
            for (std::size_t i = s.values(); i < n; ++i) ASSERT_EQ(own[i], 0.0f);
            EXPECT_TRUE(std::equal(before + n, before + stride, own.begin() + n));
        }
    }
}

/// Fair coins: the mean of all signs, and of products of two components' signs, at 0.999999 each.
TEST(FrozenSigns, AreFairAndIndependent) {
    constexpr std::size_t rank = 200, larger = 1000;
    const Matrix signs = frozen_signs(7, 3, rank, larger);
    double total = 0;
    for (const double sign : signs.values) total += sign;
    EXPECT_LT(std::abs(total), z_999999 * std::sqrt(double(rank * larger)));
    const Matrix gram = product(signs, transposed(signs));
    for (std::size_t a = 0; a < rank; ++a) {
        EXPECT_EQ(gram.at(a, a), double(larger));
        for (std::size_t b = 0; b < a; ++b) {
            ASSERT_LT(std::abs(gram.at(a, b)), 6.5 * std::sqrt(double(larger))) << a << ", " << b;
        }
    }
}

/// Tensors and clients have factors of their own: their signs agree as coins do.
TEST(FrozenSigns, AreOfTheTensorAndTheClient) {
    const Matrix one = frozen_signs(7, 3, 10, 1000);
    for (const Matrix& other : {frozen_signs(8, 3, 10, 1000), frozen_signs(7, 4, 10, 1000)}) {
        double agreement = 0;
        for (std::size_t i = 0; i < 10'000; ++i) agreement += one.values[i] * other.values[i];
        EXPECT_LT(std::abs(agreement), z_9999 * 100);
    }
}

} // namespace
} // namespace fedmrn::test
