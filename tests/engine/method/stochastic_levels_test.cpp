// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/formula/key.hpp"
#include "kernels/formula/normal.hpp"
#include "tests/engine/method/packed_values.hpp"
#include "tests/support/option.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

/// TernGrad and QSGD: levels rounded at random.
using StochasticLevels = MethodTest;
INSTANTIATE_TEST_SUITE_P(On, StochasticLevels, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Values that are levels need no rounding: ‖D‖₂ = 5, levels 3 and 4 of 5.
TEST_P(StochasticLevels, QsgdKeepsWhatIsALevel) {
    const MethodConfig config{"qsgd", {{"levels", 5}}};
    const auto method = make_method(config, one_tensor(3));
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Message sent = message_from(device, *method, {-3.0f, 0.0f, 4.0f}, seed);
        ASSERT_EQ(sent.scales, (std::vector<float>{5.0f}));
        // codes 3 · 2 + 1, 0 and 4 · 2, their four bits in four planes
        ASSERT_EQ(sent.packed, (std::vector<std::uint32_t>{0b001, 0b001, 0b001, 0b100}));
        ASSERT_EQ(values_of(sent, config), (std::vector<double>{-3.0, 0.0, 4.0}));
    }
}

/// On Gaussian updates a level is far below a value where 512 share a norm: the error is the
/// rounding's, (‖D‖ / s)² / 6 an element and d / (6 s²) in all; with one norm a tensor it is much
/// larger.
TEST_P(StochasticLevels, QsgdsErrorIsItsBuckets) {
    constexpr std::size_t n = 512 * 256;
    std::vector<float> update;
    for (std::uint32_t i = 0; i < n; ++i) {
        const std::uint32_t word = formula::element_word(5, i, 0, formula::purpose_noise);
        update.push_back(0.01f * formula::normal_quantile(word));
    }
    const auto error = [&](const MethodConfig& config) {
        const auto method = make_method(config, one_tensor(n));
        return normalised_error(values_of(message_from(device, *method, update), config), update);
    };
    const double buckets = error({"qsgd", {{"levels", 127}}});
    EXPECT_NEAR(buckets, 512.0 / (6 * 127 * 127), 0.05 * buckets);
    EXPECT_GT(error({"qsgd", {{"levels", 127}, {"buckets", false}}}), 50 * buckets);
}

/// No value beyond 2.5 σ: the scale is the largest, and ±largest are always kept.
TEST_P(StochasticLevels, TernGradKeepsTheLargestAndZero) {
    const MethodConfig config{"terngrad"};
    const auto method = make_method(config, one_tensor(4));
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Message sent = message_from(device, *method, {2.0f, -2.0f, 0.0f, 2.0f}, seed);
        ASSERT_EQ(sent.scales, (std::vector<float>{2.0f}));
        ASSERT_EQ(values_of(sent, config), (std::vector<double>{2.0, -2.0, 0.0, 2.0}));
    }
}

/// 99 zeros and 10: mean 0.1, E x² = 1, σ = √0.99, so 10 is clipped at 2.5 σ = 2.4875.
TEST_P(StochasticLevels, TernGradClipsAtTwoAndAHalfSigma) {
    const MethodConfig config{"terngrad"};
    const auto method = make_method(config, one_tensor(100));
    std::vector<float> update(100, 0.0f);
    update[70] = 10.0f;
    const Message sent = message_from(device, *method, update);
    EXPECT_FLOAT_EQ(sent.scales.at(0), static_cast<float>(2.5 * std::sqrt(0.99)));
    EXPECT_EQ(values_of(sent, config)[70], double{sent.scales[0]});
}

/// Equal values have σ = 0, which clips nothing; one value likewise.
TEST_P(StochasticLevels, TernGradDoesNotClipEqualValues) {
    for (const std::size_t n : {1, 2, 7, 1000}) {
        const auto method = make_method({"terngrad"}, one_tensor(n));
        const Message sent = message_from(device, *method, std::vector<float>(n, 0.1f));
        EXPECT_EQ(sent.scales, (std::vector<float>{0.1f}));
    }
}

/// The mean over seeds is the value: z of the mean error over all elements and seeds, and of the
/// worst element, both within what 0.9999 and 0.999999 of right ones keep to.
TEST_P(StochasticLevels, AreUnbiased) {
    constexpr std::size_t n = 300, seeds = 400;
    const std::vector<float> update = RandomValues(3).values(n, 0.02); // uniform: below 2.5 σ
    for (const MethodConfig& config :
         {MethodConfig{"terngrad"}, MethodConfig{"qsgd", {{"levels", 1}}},
          MethodConfig{"qsgd", {{"levels", 5}}}, MethodConfig{"qsgd", {{"levels", 127}}}}) {
        const auto method = make_method(config, one_tensor(n));
        const auto levels = static_cast<double>(
            config.name == "terngrad" ? 1 : option<std::int64_t>(config, "levels"));
        std::vector<double> error(n, 0.0);
        double unit = 0;
        for (std::uint64_t seed = 0; seed < seeds; ++seed) {
            const Message sent = message_from(device, *method, update, seed);
            unit = double{sent.scales.at(0)} / levels;
            const auto decoded = values_of(sent, config);
            for (std::size_t i = 0; i < n; ++i) error[i] += decoded[i] - double{update[i]};
        }
        double total = 0, variance = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double level = std::abs(double{update[i]}) / unit;
            const double p = level - std::floor(level);
            const double own = seeds * p * (1 - p) * unit * unit;
            total += error[i];
            variance += own;
            // A rare event is not normal: 3 units of room.
            EXPECT_LE(std::abs(error[i]), z_999999 * std::sqrt(own) + 3 * unit) << i;
        }
        EXPECT_LE(std::abs(total), z_9999 * std::sqrt(variance)) << levels;
        EXPECT_GT(variance, 0.0);
    }
}

/// A weight's random word is its own: two tensors of one client, and two clients, do not share.
TEST_P(StochasticLevels, DrawAnewForTensorsAndClients) {
    ParameterLayout two = one_tensor(256);
    two.tensors = {{"a", Role::masked, {128}, 0},
                   {"b", Role::masked, {128}, 128},
                   {"c", Role::dense, {1}, 256}};
    const auto method = make_method({"terngrad"}, two);
    std::vector<float> update(256, 0.5f);
    for (std::size_t i = 0; i < 256; i += 2) update[i] = -1.0f; // below 2.5 σ, and always kept
    const Message one = message_from(device, *method, update, 1);
    const auto half = one.packed.begin() + 8;
    EXPECT_FALSE(std::equal(one.packed.begin(), half, half));
    EXPECT_NE(message_from(device, *method, update, 2).packed, one.packed);
    EXPECT_EQ(message_from(device, *method, update, 1), one);
}

} // namespace
} // namespace fedmrn::test
