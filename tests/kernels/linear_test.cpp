// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "kernels/linear.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/reference_layers.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(Linear);

using kernels::LinearShape;

constexpr double tolerance = 2e-6; ///< sums of at most 67 products
constexpr LinearShape shapes[] = {{1, 4, 19, 7}, {1, 4, 1, 1}, {1, 3, 67, 10}, {1, 9, 10, 2}};

/// One lane whose batch is one sample short.
struct Case {
    Case(Device& device, const LinearShape& s)
        : rows(static_cast<std::uint32_t>(s.batch) - 1), states(lanes_of(device, {rows})) {
        RandomValues random(1);
        x = random.values(s.batch * s.in);
        w = random.values(s.in * s.out);
        b = random.values(s.out);
        dy = random.values(s.batch * s.out);
    }
    std::uint32_t rows;
    Buffer<LaneState> states;
    std::vector<float> x, w, b, dy;
};

TEST_P(Linear, ForwardIsTheReferences) {
    for (const LinearShape& s : shapes) {
        const Case c(device, s);
        const Buffer<float> x(device, c.x), w(device, c.w), b(device, c.b);
        for (const bool bias : {true, false}) {
            Buffer<float> y = untouched_floats(device, c.dy.size());
            kernels::linear_forward(device, s, c.states.data(), x.data(), per_lane(w, 0),
                                    bias ? per_lane(b, 0) : PerLane<const float>{}, y.data());
            const Values expected = reference_linear(c.rows, s.in, s.out, widened(c.x),
                                                     widened(c.w), bias ? widened(c.b) : Values{});
            EXPECT_TRUE(close(head(y.read(), c.rows * s.out), expected, tolerance));
            EXPECT_TRUE(is_untouched(y.read(), c.rows * s.out));
        }
    }
}

TEST_P(Linear, GradientsAreThoseOfFiniteDifferences) {
    for (const LinearShape& s : shapes) {
        const Case c(device, s);
        const Buffer<float> x(device, c.x), w(device, c.w), dy(device, c.dy);
        Buffer<float> dx = untouched_floats(device, c.x.size());
        Buffer<float> dw = untouched_floats(device, c.w.size());
        Buffer<float> db = untouched_floats(device, s.out);
        kernels::linear_backward_data(device, s, c.states.data(), dy.data(), per_lane(w, 0),
                                      dx.data());
        kernels::linear_backward_weights(device, s, c.states.data(), x.data(), dy.data(),
                                         per_lane(dw, 0), per_lane(db, 0));
        Values rx = widened(head(c.x, c.rows * s.in)), rw = widened(c.w), rb = widened(c.b);
        const Values rdy = widened(head(c.dy, c.rows * s.out));
        const auto f = [&] { return dot(rdy, reference_linear(c.rows, s.in, s.out, rx, rw, rb)); };
        EXPECT_TRUE(close(head(dx.read(), rx.size()), finite_differences(rx, f), tolerance));
        EXPECT_TRUE(close(dw.read(), finite_differences(rw, f), tolerance));
        EXPECT_TRUE(close(db.read(), finite_differences(rb, f), tolerance));
        EXPECT_TRUE(is_untouched(dx.read(), rx.size()));
    }
}

TEST_P(Linear, WithoutBiasItsGradientIsLeftOut) {
    const LinearShape s{1, 4, 19, 7};
    const Case c(device, s);
    const Buffer<float> x(device, c.x), dy(device, c.dy);
    Buffer<float> with(device, c.w.size()), without(device, c.w.size()), db(device, s.out);
    kernels::linear_backward_weights(device, s, c.states.data(), x.data(), dy.data(),
                                     per_lane(with, 0), per_lane(db, 0));
    kernels::linear_backward_weights(device, s, c.states.data(), x.data(), dy.data(),
                                     per_lane(without, 0), {});
    EXPECT_TRUE(same_bits(with.read(), without.read()));
}

} // namespace
} // namespace fedmrn::test
