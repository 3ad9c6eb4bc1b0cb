// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/distil.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "kernels/loss.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/reference_layers.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(Distillation);

using kernels::DistilRule;

constexpr std::size_t classes = 7, batch = 6;

double reference(const DistilRule& rule, std::size_t size, const Values& student,
                 const Values& teacher, const std::vector<std::uint16_t>& labels) {
    return reference_distillation(static_cast<double>(rule.temperature),
                                  static_cast<double>(rule.weight), size, student, teacher, labels);
}

struct Result {
    std::vector<float> gradient;
    LaneMetrics tally;
};

/// Of one lane, whose batch is short of a row.
Result computed(Device& device, const DistilRule& rule, const std::vector<float>& student,
                const std::vector<float>& teacher, const std::vector<std::uint16_t>& labels,
                std::size_t size = classes) {
    const auto rows = labels.size();
    const Buffer<LaneState> states = lanes_of(device, {static_cast<std::uint32_t>(rows - 1)});
    const Buffer<float> z(device, student), aims(device, teacher);
    const Buffer<std::uint16_t> of_rows(device, labels);
    Buffer<float> gradient = untouched_floats(device, student.size());
    Buffer<LaneMetrics> metrics(device, 1);
    kernels::distillation(device, rule, 1, rows, size, states.data(), z.data(), aims.data(),
                          of_rows.data(), gradient.data(), metrics.data());
    return {gradient.read(), metrics.read()[0]};
}

Result cross_entropy(Device& device, const std::vector<float>& logits,
                     const std::vector<std::uint16_t>& labels) {
    const Buffer<LaneState> states =
        lanes_of(device, {static_cast<std::uint32_t>(labels.size() - 1)});
    const Buffer<float> z(device, logits);
    const Buffer<std::uint16_t> of_rows(device, labels);
    Buffer<float> gradient = untouched_floats(device, logits.size());
    Buffer<LaneMetrics> metrics(device, 1);
    kernels::cross_entropy(device, 1, labels.size(), classes, states.data(), z.data(),
                           of_rows.data(), gradient.data(), metrics.data());
    return {gradient.read(), metrics.read()[0]};
}

TEST_P(Distillation, AndItsGradientAreTheReferences) {
    for (const std::size_t size : {classes, std::size_t{45}}) {
        for (const float temperature : {0.5f, 1.0f, 4.0f, 20.0f}) {
            for (const float weight : {0.0f, 0.3f, 1.0f}) {
                for (const double scale : {0.1, 3.0, 80.0}) {
                    const DistilRule rule{temperature, weight};
                    RandomValues random(1);
                    const auto z = random.values(batch * size, scale);
                    const auto aims = random.values(batch * size, scale);
                    const auto labels = random.labels(batch, size);
                    const auto found = computed(device, rule, z, aims, labels, size);
                    const std::size_t used = (batch - 1) * size;
                    Values student = widened(head(z, used));
                    const Values teacher = widened(head(aims, used));
                    const double loss = reference(rule, size, student, teacher, labels);
                    // Sums of exponentials err by a float's rounding, which T² multiplies.
                    const double t = temperature,
                                 noise = 1e-6 * static_cast<double>(weight) * t * t;
                    EXPECT_NEAR(found.tally.sum, loss, 1e-6 * loss + noise * batch)
                        << size << " classes, T " << temperature << ", λ " << weight;
                    EXPECT_EQ(found.tally.rows, batch - 1);
                    const auto mean = [&] {
                        return reference(rule, size, student, teacher, labels) / (batch - 1);
                    };
                    EXPECT_TRUE(close(head(found.gradient, used), finite_differences(student, mean),
                                      4e-6 + noise / 10))
                        << size << " classes, T " << temperature << ", λ " << weight;
                    EXPECT_TRUE(is_untouched(found.gradient, used));
                }
            }
        }
    }
}

TEST_P(Distillation, WithoutWeightIsCrossEntropy) {
    RandomValues random(2);
    const auto z = random.values(batch * classes, 5), aims = random.values(batch * classes, 50);
    const auto labels = random.labels(batch, classes);
    const Result found = computed(device, {3, 0}, z, aims, labels);
    const Result expected = cross_entropy(device, z, labels);
    EXPECT_TRUE(same_bits(found.gradient, expected.gradient));
    EXPECT_EQ(found.tally.sum, expected.tally.sum);
    EXPECT_EQ(found.tally.hits, expected.tally.hits);
}

TEST_P(Distillation, OfATeacherThatAgreesIsNothing) {
    RandomValues random(3);
    const auto z = random.values(batch * classes, 30);
    const auto labels = random.labels(batch, classes);
    for (const float temperature : {0.25f, 1.0f, 5.0f}) {
        const Result found = computed(device, {temperature, 1}, z, z, labels);
        EXPECT_EQ(found.tally.sum, 0.0);
        for (const float g : head(found.gradient, (batch - 1) * classes)) EXPECT_EQ(g, 0.0f);
        EXPECT_EQ(found.tally.hits, cross_entropy(device, z, labels).tally.hits);
    }
}

/// Logits so far apart that a softmax excludes classes: no 0 · ∞, no overflow.
TEST_P(Distillation, StandsExtremeLogits) {
    const std::vector<float> z{1e4f, -1e4f, 0, /**/ -1e30f, 1e30f, 0, /**/ 0, 0, 0};
    const std::vector<float> aims{1e4f, -1e4f, 0, /**/ -2e30f, 2e30f, 0, /**/ 0, 0, 0};
    const std::vector<std::uint16_t> labels{0, 1, 0};
    const Result same = computed(device, {2, 0.5}, z, aims, labels, 3);
    EXPECT_EQ(same.tally.sum, 0.0);
    EXPECT_EQ(same.tally.hits, 2u);
    for (const float g : head(same.gradient, 6)) EXPECT_EQ(g, 0.0f);
    // The teacher is sure of what the student excludes: T² · 2e4 / T, in the gradient ± λT.
    const std::vector<float> turned{-1e4f, 1e4f, 0, /**/ 0, 1e30f, 0, /**/ 0, 0, 0};
    const Result other = computed(device, {2, 1}, z, turned, labels, 3);
    EXPECT_NEAR(other.tally.sum, 2 * 2e4, 1e-2);
    EXPECT_TRUE(close(head(other.gradient, 6), std::vector<float>{1, -1, 0, 0, 0, 0}, 1e-6));
}

TEST_P(Distillation, ShowsThatATeachersLogitsAreNotFinite) {
    const std::vector<float> aims{1, std::nanf(""), 2, 0, 0, 0};
    const Result found = computed(device, {2, 0.5}, std::vector<float>(6, 1.0f), aims, {0, 0}, 3);
    EXPECT_FALSE(std::isfinite(found.tally.sum));
}

TEST_P(Distillation, AddsUpWithoutAGradientToo) {
    const Buffer<LaneState> states = lanes_of(device, {1});
    const Buffer<float> z(device, std::vector<float>{1, 2}), aims(device, std::vector<float>{0, 0});
    const Buffer<std::uint16_t> labels(device, std::vector<std::uint16_t>{1});
    Buffer<LaneMetrics> metrics(device, std::vector<LaneMetrics>{{10.0, 4, 5}});
    kernels::distillation(device, {1, 1}, 1, 1, 2, states.data(), z.data(), aims.data(),
                          labels.data(), nullptr, metrics.data());
    const LaneMetrics m = metrics.read()[0];
    // KL of halves from q = 1 / (1 + e): −ln 2 − (ln q + ln (1 − q)) / 2.
    const double q = 1 / (1 + std::exp(1.0));
    EXPECT_NEAR(m.sum, 10 - std::log(2.0) - (std::log(q) + std::log(1 - q)) / 2, 1e-6);
    EXPECT_EQ(m.hits, 5u);
    EXPECT_EQ(m.rows, 6u);
}

} // namespace
} // namespace fedmrn::test
