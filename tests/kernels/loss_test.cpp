// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
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

FEDMRN_ON_DEVICES(Loss);

constexpr std::size_t classes = 7, batch = 6;

TEST_P(Loss, AndItsGradientAreTheReferences) {
    for (const double scale : {0.1, 3.0, 80.0}) {
        RandomValues random(1);
        const auto z = random.values(batch * classes, scale);
        const auto labels = random.labels(batch, classes);
        const Buffer<LaneState> states = lanes_of(device, {batch - 1});
        const Buffer<float> logits(device, z);
        const Buffer<std::uint16_t> of_rows(device, labels);
        Buffer<float> gradient = untouched_floats(device, z.size());
        Buffer<LaneMetrics> metrics(device, 1);
        kernels::cross_entropy(device, 1, batch, classes, states.data(), logits.data(),
                               of_rows.data(), gradient.data(), metrics.data());
        constexpr std::size_t used = (batch - 1) * classes;
        Values rz = widened(head(z, used));
        const double loss = reference_cross_entropy(classes, rz, labels);
        EXPECT_NEAR(metrics.read()[0].sum, loss, 1e-6 * loss);
        EXPECT_EQ(metrics.read()[0].rows, batch - 1);
        const auto mean = [&] {
            return reference_cross_entropy(classes, rz, labels) / (batch - 1);
        };
        EXPECT_TRUE(close(head(gradient.read(), used), finite_differences(rz, mean), 1e-6));
        EXPECT_TRUE(is_untouched(gradient.read(), used));
    }
}

TEST_P(Loss, CountsHitsAndAddsUp) {
    const Buffer<LaneState> states = lanes_of(device, {3});
    const Buffer<float> logits(device, std::vector<float>{1, 2, 0, /**/ 5, 1, 1, /**/ -3, -2, -1});
    const Buffer<std::uint16_t> labels(device, std::vector<std::uint16_t>{1, 2, 2});
    Buffer<LaneMetrics> metrics(device, std::vector<LaneMetrics>{{10.0, 4, 5}});
    kernels::cross_entropy(device, 1, 3, 3, states.data(), logits.data(), labels.data(), nullptr,
                           metrics.data());
    const LaneMetrics m = metrics.read()[0];
    EXPECT_EQ(m.hits, 4u + 2u);
    EXPECT_EQ(m.rows, 5u + 3u);
    const auto row = [](double a, double b, double of_label) {
        return std::log(std::exp(a) + std::exp(b) + std::exp(of_label)) - of_label;
    };
    EXPECT_NEAR(m.sum, 10.0 + row(1, 0, 2) + row(5, 1, 1) + row(-3, -2, -1), 1e-6);
}

TEST_P(Loss, OfEqualLogitsIsTheLogarithmOfTheClasses) {
    const Buffer<LaneState> states = lanes_of(device, {1});
    const Buffer<float> logits(device, std::vector<float>(10, 1e4f));
    const Buffer<std::uint16_t> labels(device, std::vector<std::uint16_t>{3});
    Buffer<LaneMetrics> metrics(device, 1);
    kernels::cross_entropy(device, 1, 1, 10, states.data(), logits.data(), labels.data(), nullptr,
                           metrics.data());
    EXPECT_NEAR(metrics.read()[0].sum, std::log(10.0), 1e-7);
}

TEST_P(Loss, ShowsThatLogitsAreNotFinite) {
    const Buffer<LaneState> states = lanes_of(device, {1});
    const Buffer<float> logits(device, std::vector<float>{1.0f, std::nanf(""), 2.0f});
    const Buffer<std::uint16_t> labels(device, std::vector<std::uint16_t>{0});
    Buffer<LaneMetrics> metrics(device, 1);
    kernels::cross_entropy(device, 1, 1, 3, states.data(), logits.data(), labels.data(), nullptr,
                           metrics.data());
    EXPECT_FALSE(std::isfinite(metrics.read()[0].sum));
}

} // namespace
} // namespace fedmrn::test
