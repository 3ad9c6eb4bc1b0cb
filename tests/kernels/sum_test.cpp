// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kernels/formula/bf16.hpp"
#include "kernels/sum.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(WeightedSum);

/// Three lanes of at most 5 rows of 7 values, one short, one idle.
constexpr kernels::SumShape shape{.lanes = 3, .batch = 5, .size = 7};
constexpr std::size_t lane = 35, all = 3 * lane;

bool is_there(std::size_t i) { return i < 2 * 7 || i >= 2 * lane; }

struct Case {
    explicit Case(Device& device) : states(lanes_of(device, {2, 0, 5})) {
        RandomValues random(1);
        a = random.values(all);
        b = random.values(all);
    }
    Buffer<LaneState> states;
    std::vector<float> a, b;
};

TEST_P(WeightedSum, IsRoundedAfterEachOperation) {
    const Case c(device);
    const Buffer<float> a(device, c.a), b(device, c.b);
    Buffer<float> y = untouched_floats(device, all);
    kernels::weighted_sum(device, shape, c.states.data(), 0.3f, a.data(), -1.7f, b.data(),
                          y.data());
    const auto sum = y.read();
    for (std::size_t i = 0; i < all; ++i) {
        const volatile float left = 0.3f * c.a[i], right = -1.7f * c.b[i];
        EXPECT_EQ(sum[i], is_there(i) ? left + right : untouched) << i;
    }
}

TEST_P(WeightedSum, OfOneIsItsMultiple) {
    const Case c(device);
    const Buffer<float> a(device, c.a);
    Buffer<float> y = untouched_floats(device, all);
    kernels::weighted_sum(device, shape, c.states.data(), 0.3f, a.data(), 5.0f, nullptr, y.data());
    const auto sum = y.read();
    for (std::size_t i = 0; i < all; ++i) {
        EXPECT_EQ(sum[i], is_there(i) ? 0.3f * c.a[i] : untouched) << i;
    }
}

/// As gradients are added: y is a.
TEST_P(WeightedSum, AddsInPlace) {
    const Case c(device);
    const Buffer<float> b(device, c.b);
    Buffer<float> y(device, c.a);
    kernels::weighted_sum(device, shape, c.states.data(), 1.0f, y.data(), 1.0f, b.data(), y.data());
    const auto sum = y.read();
    for (std::size_t i = 0; i < all; ++i) {
        EXPECT_EQ(sum[i], is_there(i) ? c.a[i] + c.b[i] : c.a[i]) << i;
    }
}

TEST_P(WeightedSum, NarrowValuesAreAddedAsFloatsAndRoundedOnce) {
    using formula::Bf16;
    const Case c(device);
    std::vector<Bf16> narrow_a, narrow_b;
    for (std::size_t i = 0; i < all; ++i) {
        narrow_a.push_back(formula::from_float<Bf16>(c.a[i]));
        narrow_b.push_back(formula::from_float<Bf16>(c.b[i]));
    }
    kernels::SumShape narrow = shape;
    narrow.real = Real::bf16;
    const Buffer<Bf16> a(device, narrow_a), b(device, narrow_b);
    Buffer<Bf16> y(device, all);
    kernels::weighted_sum(device, narrow, c.states.data(), 1.0f, a.data(), 1.0f, b.data(),
                          y.data());
    const auto sum = y.read();
    for (std::size_t i = 0; i < all; ++i) {
        const float exact = to_float(narrow_a[i]) + to_float(narrow_b[i]);
        EXPECT_EQ(sum[i].bits, is_there(i) ? formula::from_float<Bf16>(exact).bits : 0) << i;
    }
}

} // namespace
} // namespace fedmrn::test
