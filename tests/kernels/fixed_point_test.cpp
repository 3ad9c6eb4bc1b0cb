// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "kernels/formula/fixed_point.hpp"
#include "kernels/update.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

using formula::from_fixed;
using formula::to_fixed;
using formula::Wide;

TEST(FixedPoint, HoldsEveryFloatThatIsAMultipleOfItsStep) {
    RandomValues random(1);
    for (int i = 0; i < 100'000; ++i) {
        // 24 bits, the lowest of them worth 2⁻⁴⁰ … 2⁻²
        const float value =
            std::ldexp(static_cast<float>(random.below(1 << 24)) * (i % 2 ? -1.0f : 1.0f),
                       static_cast<int>(random.below(39)) - 40);
        ASSERT_EQ(static_cast<float>(from_fixed(to_fixed(value), 1)), value);
        ASSERT_EQ(to_fixed(-value), -to_fixed(value));
    }
    EXPECT_EQ(to_fixed(0.0f), 0);
    EXPECT_EQ(to_fixed(1.0f), std::int64_t{1} << 40);
}

TEST(FixedPoint, RoundsToNearest) {
    EXPECT_EQ(to_fixed(0x1.8p-41f), 1);
    EXPECT_EQ(to_fixed(0x1p-42f), 0);
    EXPECT_EQ(to_fixed(-0x1.8p-41f), -1);
    EXPECT_EQ(from_fixed(Wide{7}, 2), 4 * 0x1p-40); // 3.5, away from zero
    EXPECT_EQ(from_fixed(Wide{-7}, 2), -4 * 0x1p-40);
    EXPECT_EQ(from_fixed(Wide{10}, 3), 3 * 0x1p-40);
    EXPECT_EQ(from_fixed(Wide{-11}, 3), -4 * 0x1p-40);
}

TEST(FixedPoint, HoldsTheLargestSum) {
    const float largest = std::nextafter(formula::dense_limit, 0.0f);
    const std::uint64_t samples = (std::uint64_t{1} << 38) - 1;
    const Wide sum = static_cast<Wide>(samples) * to_fixed(largest);
    EXPECT_EQ(from_fixed(sum, samples), static_cast<double>(largest));
    EXPECT_EQ(from_fixed(-sum, samples), -static_cast<double>(largest));
}

FEDMRN_ON_DEVICES(DenseMean);

/// Σ N_k · x_k / Σ N_k: the same bits in any order, and within a step of the grid of float64's.
TEST_P(DenseMean, DoesNotDependOnTheOrderOfClients) {
    constexpr std::size_t elements = 100, clients = 7;
    RandomValues random(2);
    std::vector<std::vector<float>> values;
    std::vector<std::uint64_t> samples;
    std::uint64_t total = 0;
    for (std::size_t k = 0; k < clients; ++k) {
        values.push_back(random.values(elements, std::pow(10.0, static_cast<double>(k) - 3)));
        samples.push_back(1 + random.below(1000));
        total += samples.back();
    }
    std::vector<std::size_t> order{0, 1, 2, 3, 4, 5, 6};
    std::vector<double> first;
    for (int trial = 0; trial < 20; ++trial) {
        Buffer<Wide> sum(device, elements);
        for (const std::size_t k : order) {
            const Buffer<float> x(device, values[k]);
            kernels::add_dense(device, elements, x.data(), samples[k], sum.data());
        }
        Buffer<double> out(device, elements);
        kernels::mean_of_dense(device, elements, sum.data(), total, out.data());
        const auto mean = out.read();
        if (first.empty()) first = mean;
        ASSERT_TRUE(same_bits(mean, first));
        std::swap(order[random.below(clients)], order[random.below(clients)]);
        std::rotate(order.begin(), order.begin() + 1, order.end());
    }
    for (std::size_t i = 0; i < elements; ++i) {
        double expected = 0;
        for (std::size_t k = 0; k < clients; ++k) {
            expected += static_cast<double>(samples[k]) * static_cast<double>(values[k][i]);
        }
        EXPECT_NEAR(first[i], expected / static_cast<double>(total), 2 * 0x1p-40);
    }
}

TEST_P(DenseMean, IsHandCheckable) {
    Buffer<Wide> sum(device, 2);
    const Buffer<float> a(device, std::vector<float>{1.0f, -2.0f}),
        b(device, std::vector<float>{4.0f, 0.5f});
    kernels::add_dense(device, 2, a.data(), 100, sum.data());
    kernels::add_dense(device, 2, b.data(), 300, sum.data());
    Buffer<double> mean(device, 2);
    kernels::mean_of_dense(device, 2, sum.data(), 400, mean.data());
    EXPECT_EQ(mean.read(), (std::vector<double>{3.25, -0.125}));
}

} // namespace
} // namespace fedmrn::test
