// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/affine.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

using formula::Affine;
using formula::AffineRule;
using formula::Calibration;
using Values = std::vector<float>;

constexpr float most = std::numeric_limits<float>::max();
constexpr float least = std::numeric_limits<float>::denorm_min();

std::vector<AffineRule> rules(Calibration calibration = Calibration::minmax) {
    std::vector<AffineRule> all;
    for (std::uint32_t bits = 2; bits <= 8; ++bits) {
        for (const bool symmetric : {true, false}) {
            all.push_back({90.0, bits, calibration, symmetric});
        }
    }
    return all;
}

/// A group's values in float64: what the formula must come to.
struct Oracle {
    double scale = 0, least_code = 0, largest_code = 0;
    std::int32_t zero = 0;

    /// Of the values whose magnitude is at most `clip`.
    Oracle(const AffineRule& rule, const Values& values, double clip) {
        double low = 0, high = 0;
        for (const float x : values) {
            low = std::max(std::min(low, static_cast<double>(x)), -clip);
            high = std::min(std::max(high, static_cast<double>(x)), clip);
        }
        const double codes = std::ldexp(1.0, static_cast<int>(rule.bits)) - 1;
        largest_code = rule.symmetric ? (codes - 1) / 2 : codes;
        least_code = rule.symmetric ? -largest_code : 0;
        const double range = rule.symmetric ? std::max(-low, high) : high - low;
        scale = static_cast<double>(static_cast<float>(range / largest_code));
        if (!rule.symmetric && scale > 0) zero = static_cast<std::int32_t>(-nearest(low));
    }
    /// To nearest, ties to even, of the quotient as float32 has it.
    [[nodiscard]] double nearest(double x) const {
        if (scale == 0) return 0;
        return std::nearbyint(static_cast<double>(static_cast<float>(x / scale)));
    }
    [[nodiscard]] double unbounded(float x) const { return nearest(static_cast<double>(x)) + zero; }
    [[nodiscard]] double code(float x) const {
        return std::clamp(unbounded(x), least_code, largest_code);
    }
    [[nodiscard]] double value(float x) const {
        const double wide = scale * (code(x) - zero);
        return static_cast<double>(
            static_cast<float>(std::clamp(wide, -static_cast<double>(most), double{most})));
    }
};

Affine affine_of(const AffineRule& rule, const Values& values) {
    formula::Reach reach{};
    for (const float x : values) reach = formula::joined(reach, formula::reach_of(x));
    return formula::affine_of(rule, reach);
}

/// Groups of values that a scale could stumble over.
std::vector<Values> hard_groups() {
    std::vector<Values> groups{
        {0.0f},
        {-0.0f, 0.0f},
        {1.0f},
        {-3.0f},
        {least},
        {-least, least},
        {least, 3 * least, 200 * least, 255 * least},
        {0x1p-126f, -0x1.8p-127f, 5 * least},
        {most},
        {-most},
        {-most, most, 1.0f, least},
        {-most / 2, most, most / 3},
        {most, std::nextafter(most, 0.0f), -most},
        Values(40, 0.1f),
        Values(40, -0x1.99999ap-4f),
        {1.0f, 1e-30f, -1e-30f},
        {-1.5f, 253.5f, 0.5f, 1.5f, 2.5f}, // ties, and with them a code too many
        {-0.5f, 2.5f, 0.5f, 1.5f},
    };
    RandomValues random(3);
    for (int i = 0; i < 60; ++i) {
        Values values = random.values(1 + random.below(300), 1.0);
        const int exponent = static_cast<int>(random.below(250)) - 145;
        const float shift = i % 3 == 0 ? 1.0f : 0.0f; // of one sign
        for (float& x : values) x = std::ldexp(x + shift, exponent);
        groups.push_back(values);
    }
    return groups;
}

TEST(Affine, CodesAreTheNearestOnesInFloat64) {
    for (const AffineRule& rule : rules()) {
        for (const Values& group : hard_groups()) {
            const Oracle oracle(rule, group, HUGE_VAL);
            const Affine affine = affine_of(rule, group);
            ASSERT_EQ(static_cast<double>(affine.scale), oracle.scale);
            ASSERT_EQ(affine.zero, oracle.zero) << rule.bits << " bits from " << group[0];
            for (const float x : group) {
                const std::uint32_t bits = formula::code_bits_of(rule, x, affine);
                ASSERT_LT(bits, 1u << rule.bits);
                ASSERT_EQ(static_cast<double>(formula::code_of_bits(rule, bits)), oracle.code(x));
                ASSERT_EQ(static_cast<double>(formula::quantized(rule, x, affine)), oracle.value(x))
                    << x << " in " << rule.bits << " bits";
            }
        }
    }
}

/// |x − x̂| ≤ scale / 2 + 2⁻²² |x| + 2^(bits − 150), and zero is exact.
TEST(Affine, KeepsItsBound) {
    double widest = 0;
    for (const AffineRule& rule : rules()) {
        for (const Values& group : hard_groups()) {
            const Affine affine = affine_of(rule, group);
            ASSERT_TRUE(std::isfinite(affine.scale));
            ASSERT_EQ(formula::quantized(rule, 0.0f, affine), 0.0f);
            for (const float x : group) {
                const double wide = static_cast<double>(x);
                const double apart =
                    std::abs(wide - static_cast<double>(formula::quantized(rule, x, affine)));
                const double half = static_cast<double>(affine.scale) / 2;
                ASSERT_LE(apart, half + std::ldexp(std::abs(wide), -22) +
                                     std::ldexp(1.0, static_cast<int>(rule.bits) - 150))
                    << x << " in " << rule.bits << " bits of " << group.size();
                if (half > 1e-30) widest = std::max(widest, apart / half);
            }
        }
    }
    EXPECT_GT(widest, 0.99); // it is reached
}

TEST(Affine, WhatIsNotFiniteMakesNoScale) {
    for (const Calibration calibration :
         {Calibration::minmax, Calibration::percentile, Calibration::mse}) {
        for (AffineRule rule : rules(calibration)) {
            for (const float bad :
                 {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                  std::numeric_limits<float>::quiet_NaN()}) {
                const Affine affine = affine_of(rule, {1.0f, bad, 2.0f});
                EXPECT_FALSE(std::isfinite(affine.scale));
                EXPECT_TRUE(std::isnan(formula::quantized(rule, 1.0f, affine)));
                EXPECT_EQ(formula::code_bits_of(rule, 1.0f, affine) >> rule.bits, 0u);
            }
        }
    }
}

TEST(Affine, EightBitsAreBytesAndFourAreHalvesOfThem) {
    const std::vector<std::uint32_t> codes{0x11, 0x22, 0x33, 0xf4, 0x55};
    const auto word = [&](std::uint64_t w, std::uint32_t bits) {
        return formula::packed_codes(
            w, codes.size(), bits, [&](std::uint64_t i) { return codes[i] & ((1u << bits) - 1u); });
    };
    EXPECT_EQ(word(0, 8), 0xf4332211u);
    EXPECT_EQ(word(1, 8), 0x55u);
    EXPECT_EQ(word(0, 4), 0x54321u);
    for (std::uint32_t bits = 2; bits <= 8; ++bits) {
        std::vector<std::uint32_t> many(101), words(formula::code_words(101, bits));
        std::iota(many.begin(), many.end(), 7u);
        for (std::size_t w = 0; w < words.size(); ++w) {
            words[w] = formula::packed_codes(w, many.size(), bits, [&](std::uint64_t i) {
                return many[i] & ((1u << bits) - 1u);
            });
        }
        for (std::size_t i = 0; i < many.size(); ++i) {
            ASSERT_EQ(formula::packed_code(words.data(), i, bits), many[i] & ((1u << bits) - 1u));
        }
    }
}

/// Tensors in lanes; the second is idle.
class AffineKernels : public OnDevice {
protected:
    struct Shape {
        std::size_t groups, size;
        [[nodiscard]] std::size_t elements() const { return groups * size; }
    };
    static constexpr std::size_t lanes = 3, idle = 1;
    const std::vector<Shape> shapes{{1, 1}, {7, 1}, {1, 33}, {3, 25}, {32, 144}, {1, 4099}};

    static std::vector<LaneState> active() {
        std::vector<LaneState> states(lanes, LaneState{.samples = 4});
        states[idle].samples = 0;
        return states;
    }
    static Values values_of(const Shape& shape, std::uint64_t seed) {
        RandomValues random(seed);
        Values values = random.values(shape.elements(), 0.1);
        for (float& x : values) x *= random.below(20) == 0 ? 9.0f : 1.0f; // a few far out
        return values;
    }
    /// The group's magnitude up to which values count, by the definition.
    static double clip_of(const AffineRule& rule, const Values& group) {
        Values magnitudes;
        for (const float x : group) magnitudes.push_back(std::abs(x));
        std::ranges::sort(magnitudes);
        if (rule.calibration == Calibration::percentile) {
            const auto rank = static_cast<std::size_t>(
                std::ceil(rule.percentile / 100 * static_cast<double>(group.size())));
            return static_cast<double>(magnitudes[rank - 1]);
        }
        if (rule.calibration == Calibration::minmax || magnitudes.back() == 0) return HUGE_VAL;
        std::uint64_t fewest = ~std::uint64_t{0};
        double clip = 0;
        for (int candidate = 0; candidate < 25; ++candidate) {
            const double limit = static_cast<double>(magnitudes.back()) * (32 - candidate) / 32;
            const Oracle oracle(rule, group, static_cast<double>(static_cast<float>(limit)));
            std::uint64_t units = 0;
            for (const float x : group) {
                units +=
                    formula::error_units(x, static_cast<float>(oracle.value(x)), magnitudes.back());
            }
            if (units < fewest) {
                fewest = units;
                clip = limit;
            }
        }
        return static_cast<double>(static_cast<float>(clip));
    }
    static Values group_of(const Values& values, const Shape& shape, std::size_t lane,
                           std::size_t stride, std::size_t g) {
        const auto begin =
            values.begin() + static_cast<std::ptrdiff_t>(lane * stride + g * shape.size);
        return {begin, begin + static_cast<std::ptrdiff_t>(shape.size)};
    }

    void expect_oracle(const AffineRule& rule, const Shape& shape) {
        const std::size_t n = shape.elements(), stride = n + 5, words = (n + 31) / 32;
        Values all;
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const Values own = values_of(shape, 10 + lane);
            all.insert(all.end(), own.begin(), own.end());
            all.insert(all.end(), 5, 77.0f);
        }
        const Buffer<LaneState> states(device, active());
        const Buffer<AffineRule> rule_at(device, std::vector<AffineRule>{rule});
        Buffer<float> x(device, all);
        const std::vector<Affine> marked(lanes * shape.groups, Affine{-1.0f, -1});
        Buffer<Affine> scales(device, marked);
        Buffer<std::uint32_t> saturated(device,
                                        std::vector<std::uint32_t>(lanes * words, 0xaaaaaaaau));
        kernels::affine_scales(device, rule_at.data(), lanes, states.data(), shape.groups,
                               shape.size, per_lane(x, stride), per_lane(scales, shape.groups));
        kernels::fake_quantize(device, rule_at.data(), lanes, states.data(), shape.groups,
                               shape.size, per_lane(scales, shape.groups), per_lane(x, stride),
                               per_lane(saturated, words));
        const Values found = x.read();
        const std::vector<Affine> of_groups = scales.read();
        const std::vector<std::uint32_t> outside = saturated.read();
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            for (std::size_t g = 0; g < shape.groups; ++g) {
                const Affine affine = of_groups[lane * shape.groups + g];
                if (lane == idle) {
                    ASSERT_EQ(affine.scale, -1.0f);
                    continue;
                }
                const Values group = group_of(all, shape, lane, stride, g);
                const Oracle oracle(rule, group, clip_of(rule, group));
                ASSERT_EQ(static_cast<double>(affine.scale), oracle.scale)
                    << rule.bits << " bits, group of " << shape.size;
                ASSERT_EQ(affine.zero, oracle.zero);
                for (std::size_t i = 0; i < shape.size; ++i) {
                    const std::size_t at = g * shape.size + i;
                    ASSERT_EQ(static_cast<double>(found[lane * stride + at]),
                              oracle.value(group[i]));
                    const double code = oracle.unbounded(group[i]);
                    ASSERT_EQ(outside[lane * words + at / 32] >> at % 32 & 1u,
                              code < oracle.least_code || code > oracle.largest_code ? 1u : 0u);
                }
            }
            for (std::size_t i = lane == idle ? 0 : n; i < stride; ++i) {
                ASSERT_EQ(found[lane * stride + i], all[lane * stride + i]); // is left alone
            }
            if (lane == idle) {
                ASSERT_EQ(outside[lane * words], 0xaaaaaaaau);
            } else if (n % 32 != 0) {
                ASSERT_EQ(outside[lane * words + words - 1] >> n % 32, 0u);
            }
        }
    }
};
INSTANTIATE_TEST_SUITE_P(On, AffineKernels, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(AffineKernels, RangesOfAllValues) {
    for (const AffineRule& rule : rules()) {
        for (const Shape& shape : shapes) expect_oracle(rule, shape);
    }
}

TEST_P(AffineKernels, RangesUpToAPercentile) {
    for (const AffineRule& rule : rules(Calibration::percentile)) {
        for (const Shape& shape : shapes) {
            if (rule.bits == 2 || rule.bits == 4 || rule.bits == 8) expect_oracle(rule, shape);
        }
    }
}

TEST_P(AffineKernels, RangesOfLeastError) {
    for (const AffineRule& rule : rules(Calibration::mse)) {
        for (const Shape& shape : shapes) {
            if (rule.bits == 2 || rule.bits == 4 || rule.bits == 8) expect_oracle(rule, shape);
        }
    }
}

/// Σ (x − x̂)² in float64, of values of which few are large: clipping them pays where bits are few.
TEST_P(AffineKernels, LeastErrorIsLess) {
    const Shape shape{4, 2000};
    Values values = RandomValues(5).values(shape.elements(), 1.0);
    for (float& x : values) x = x * x * x * x * x;
    const Buffer<LaneState> one(device, std::vector<LaneState>{{.samples = 1}});
    for (const bool symmetric : {true, false}) {
        for (const std::uint32_t bits : {3u, 4u, 8u}) {
            double errors[2] = {};
            for (const bool least_error : {false, true}) {
                const AffineRule rule{
                    100.0, bits, least_error ? Calibration::mse : Calibration::minmax, symmetric};
                const Buffer<AffineRule> rule_at(device, std::vector<AffineRule>{rule});
                Buffer<float> x(device, values);
                Buffer<Affine> scales(device, shape.groups);
                kernels::affine_scales(device, rule_at.data(), 1, one.data(), shape.groups,
                                       shape.size, per_lane(x, 0), per_lane(scales, 0));
                kernels::fake_quantize(device, rule_at.data(), 1, one.data(), shape.groups,
                                       shape.size, per_lane(scales, 0), per_lane(x, 0), {});
                const Values rounded = x.read();
                for (std::size_t i = 0; i < values.size(); ++i) {
                    const double apart =
                        static_cast<double>(values[i]) - static_cast<double>(rounded[i]);
                    errors[least_error ? 1 : 0] += apart * apart;
                }
            }
            EXPECT_LE(errors[1], errors[0] * (1 + 1e-6)) << bits;
            if (bits == 3) {
                EXPECT_LT(errors[1], 0.9 * errors[0]);
            }
        }
    }
}

/// What is sent comes back as fake quantization has it, whatever the bits.
TEST_P(AffineKernels, PackedCodesComeBack) {
    for (const AffineRule& rule : rules()) {
        for (const Shape& shape : shapes) {
            const std::size_t n = shape.elements(), words = formula::code_words(n, rule.bits);
            const Buffer<LaneState> one(device, std::vector<LaneState>{{.samples = 1}});
            const Buffer<AffineRule> rule_at(device, std::vector<AffineRule>{rule});
            Buffer<float> x(device, values_of(shape, 1)), back(device, n);
            Buffer<Affine> scales(device, shape.groups);
            Buffer<std::uint32_t> packed(device, words + 1);
            const auto whole = [](auto& buffer) { return per_lane(buffer, 0); };
            kernels::affine_scales(device, rule_at.data(), 1, one.data(), shape.groups, shape.size,
                                   whole(x), whole(scales));
            kernels::affine_quantize(device, rule, shape.groups, shape.size, x.data(),
                                     scales.data(), packed.data());
            kernels::affine_dequantize(device, rule, shape.groups, shape.size, packed.data(),
                                       scales.data(), back.data());
            kernels::fake_quantize(device, rule_at.data(), 1, one.data(), shape.groups, shape.size,
                                   whole(scales), whole(x), {});
            ASSERT_EQ(back.read(), x.read()) << rule.bits << " bits of " << n;
            ASSERT_EQ(packed.read().back(), 0u);
        }
    }
}

TEST_P(AffineKernels, GradientsPassWhereNothingSaturates) {
    for (const std::size_t n : {std::size_t{1}, std::size_t{31}, std::size_t{4099}}) {
        const std::size_t words = (n + 31) / 32, stride = n + 3;
        std::vector<std::uint32_t> bits(lanes * words);
        RandomValues random(4);
        for (std::uint32_t& word : bits) word = static_cast<std::uint32_t>(random.word());
        const Values before = random.values(lanes * stride, 1.0);
        const Buffer<LaneState> states(device, active());
        const Buffer<std::uint32_t> saturated(device, bits);
        Buffer<float> gradient(device, before);
        kernels::straight_through(device, lanes, states.data(), n, per_lane(saturated, words),
                                  per_lane(gradient, stride));
        const Values after = gradient.read();
        for (std::size_t at = 0; at < after.size(); ++at) {
            const std::size_t lane = at / stride, i = at % stride;
            const bool cut =
                lane != idle && i < n && (bits[lane * words + i / 32] >> i % 32 & 1u) != 0;
            ASSERT_EQ(after[at], cut ? 0.0f : before[at]) << lane << ", " << i;
        }
    }
}

} // namespace
} // namespace fedmrn::test
