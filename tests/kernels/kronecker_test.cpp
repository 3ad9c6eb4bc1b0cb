// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/kronecker.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

using kernels::KroneckerShape;
using Values = std::vector<double>;

constexpr float unit = 5.0f * 0x1p-24f;
constexpr std::uint64_t seed = 77;

/// Whole terms and a last one that is not, from a single element per term to the largest side.
const std::vector<KroneckerShape> shapes{{2, 1, 1, 0, unit},       {7, 3, 1, 1, unit},
                                         {33, 3, 2, 2, unit},      {160, 2, 3, 3, unit},
                                         {4096, 1, 8, 4, unit},    {9000, 3, 8, 5, unit},
                                         {60'000, 1, 16, 6, unit}, {5'000, 1, 45, 7, unit}};

const std::vector<std::uint32_t> samples{4, 0, 2};

/// Of the frozen factors, L1 or R2, from the definition of their words.
Values frozen(const KroneckerShape& s, bool second, std::uint64_t key = seed) {
    Values values;
    for (std::size_t i = 0; i < s.factor(); ++i) {
        const std::uint32_t word = formula::element_word(key, i, 2 * s.tensor + (second ? 1 : 0),
                                                         formula::purpose_kronecker);
        values.push_back((2.0 * (word >> 8) + 1 - 0x1p24) * static_cast<double>(s.unit));
    }
    return values;
}

/// body(element, in L, in R) of every element, by five loops.
template <class Body> void for_each(const KroneckerShape& s, const Body& body) {
    const std::size_t z = s.side;
    std::size_t e = 0;
    for (std::size_t t = 0; t < s.terms; ++t)
        for (std::size_t i = 0; i < z; ++i)
            for (std::size_t j = 0; j < z; ++j)
                for (std::size_t m = 0; m < z; ++m)
                    for (std::size_t n = 0; n < z; ++n, ++e)
                        if (e < s.elements) body(e, (t * z + i) * z + m, (t * z + j) * z + n);
}

Values reference(const KroneckerShape& s, const float* factors) {
    const Values l1 = frozen(s, false), r2 = frozen(s, true);
    Values d(s.elements);
    for_each(s, [&](std::size_t e, std::size_t l, std::size_t r) {
        d[e] = l1[l] * double{factors[r]} + double{factors[s.factor() + l]} * r2[r];
    });
    return d;
}

class Kronecker : public OnDevice {
protected:
    const Buffer<std::uint64_t> key{device, std::vector<std::uint64_t>{seed}};
};
INSTANTIATE_TEST_SUITE_P(On, Kronecker, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(Kronecker, WeightsAreGlobalPlusTheUpdate) {
    for (const KroneckerShape& s : shapes) {
        const std::size_t n = s.elements, stride = n + 3, f_stride = s.values() + 1;
        RandomValues random(1);
        const auto g = random.values(n), f = random.values(3 * f_stride);
        const Buffer<LaneState> states = lanes_of(device, samples);
        const Buffer<float> global(device, g), factors(device, f);
        Buffer<float> weights = untouched_floats(device, 3 * stride);
        kernels::kronecker_weights(device, s, key.data(), 3, states.data(), global.data(),
                                   per_lane(factors, f_stride), per_lane(weights, stride));
        const auto made = weights.read();
        for (std::size_t lane = 0; lane < 3; ++lane) {
            const std::vector<float> own(made.begin() + static_cast<std::ptrdiff_t>(lane * stride),
                                         made.begin() +
                                             static_cast<std::ptrdiff_t>((lane + 1) * stride));
            if (samples[lane] == 0) {
                EXPECT_TRUE(is_untouched(own, 0));
                continue;
            }
            const Values d = reference(s, f.data() + lane * f_stride);
            for (std::size_t i = 0; i < n; ++i) {
                const double expected = double{g[i]} + d[i];
                ASSERT_NEAR(own[i], expected, 0x1p-21 * (std::abs(expected) + 10)) << i;
            }
            EXPECT_TRUE(is_untouched(own, n));
        }
    }
}

/// What the server decodes is what the client trained on, bit by bit.
TEST_P(Kronecker, DecodesToWhatWeightsAreMadeOf) {
    for (const KroneckerShape& s : shapes) {
        const std::size_t n = s.elements;
        const auto f = RandomValues(2).values(2 * s.values());
        const Buffer<LaneState> states = lanes_of(device, {1, 1});
        const Buffer<float> zeros(device, n), factors(device, f);
        Buffer<float> weights(device, 2 * n), decoded(device, 2 * n);
        kernels::kronecker_weights(device, s, key.data(), 2, states.data(), zeros.data(),
                                   per_lane(factors, s.values()), per_lane(weights, n));
        std::vector<kernels::KroneckerProduct> clients;
        for (std::size_t k = 0; k < 2; ++k) {
            clients.push_back({seed, factors.data() + k * s.values(), decoded.data() + k * n});
        }
        kernels::multiply_kronecker(device, s, clients);
        std::vector<float> sums; // −0 + 0 is 0
        for (const float value : decoded.read()) sums.push_back(0.0f + value);
        EXPECT_TRUE(same_bits(sums, weights.read())) << n;
    }
}

/// The transpose of the map from factors to D, element by element; zeros behind.
TEST_P(Kronecker, GradientIsTheTransposedMap) {
    for (const KroneckerShape& s : shapes) {
        if (s.values() > s.elements) {
            continue;
        }
        const std::size_t n = s.elements, stride = n + 3;
        const std::vector<float> g = RandomValues(3).values(3 * stride);
        const Buffer<LaneState> states = lanes_of(device, samples);
        Buffer<float> gradient(device, g);
        kernels::kronecker_gradient(device, s, key.data(), 3, states.data(),
                                    per_lane(gradient, stride));
        const auto made = gradient.read();
        const Values l1 = frozen(s, false), r2 = frozen(s, true);
        for (std::size_t lane = 0; lane < 3; ++lane) {
            const float *before = g.data() + lane * stride, *own = made.data() + lane * stride;
            if (samples[lane] == 0) {
                EXPECT_TRUE(std::equal(before, before + stride, own));
                continue;
            }
            Values expected(s.values()), size(s.values());
            for_each(s, [&](std::size_t e, std::size_t l, std::size_t r) {
                const double one = double{before[e]} * l1[l], two = double{before[e]} * r2[r];
                expected[r] += one;
                size[r] += std::abs(one);
                expected[s.factor() + l] += two;
                size[s.factor() + l] += std::abs(two);
            });
            const double roundings = static_cast<double>(s.side * s.side + 4) * 0x1p-24;
            for (std::size_t i = 0; i < s.values(); ++i) {
                ASSERT_NEAR(own[i], expected[i], roundings * size[i] + 1e-30) << i;
            }
            for (std::size_t i = s.values(); i < n; ++i) ASSERT_EQ(own[i], 0.0f);
            EXPECT_TRUE(std::equal(before + n, before + stride, own + n));
        }
    }
}

/// Uniform in (−5, 5), and another's for another tensor, factor and seed. Confidence 0.9999 each.
TEST(KroneckerFactors, AreUniformAndIndependent) {
    const KroneckerShape s{80'000, 20, 8, 3, unit}, other{80'000, 20, 8, 4, unit};
    const Values l1 = frozen(s, false);
    EXPECT_LT(kolmogorov_distance(l1, [](double x) { return (x + 5) / 10; }), kolmogorov_9999);
    for (const Values& r : {frozen(s, true), frozen(other, false), frozen(s, false, seed + 1)}) {
        double product = 0;
        for (std::size_t i = 0; i < l1.size(); ++i) product += l1[i] * r[i];
        const double deviation = 25.0 / 3 * std::sqrt(static_cast<double>(l1.size()));
        EXPECT_LT(std::abs(product), z_9999 * deviation);
    }
}

} // namespace
} // namespace fedmrn::test
