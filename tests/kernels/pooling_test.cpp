// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "kernels/formula/bf16.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/reference_layers.hpp"

namespace fedmrn::test {
namespace {

using kernels::Pool;
using kernels::PoolingShape;

constexpr double tolerance = 1e-6; ///< a few roundings, and sums of at most 3 · 7 · 8 values

/// Bias and ReLU alone; even and odd sizes; windows that overlap, and that leave gaps; channels
/// that fill blocks of 32, of 8 and of 1.
constexpr PoolingShape shapes[] = {
    {.batch = 3, .height = 4, .width = 5, .channels = 5, .window = 1, .stride = 1, .relu = true},
    {.batch = 3, .height = 4, .width = 4, .channels = 8, .relu = true},
    {.batch = 3, .height = 7, .width = 5, .channels = 3},
    {.batch = 3, .height = 7, .width = 8, .channels = 2, .window = 3, .relu = true},
    {.batch = 3, .height = 5, .width = 8, .channels = 3, .window = 2, .stride = 3, .relu = true},
    {.batch = 2, .height = 3, .width = 2, .channels = 41, .relu = true},
    {.batch = 3, .height = 4, .width = 5, .channels = 5, .pool = Pool::average, .relu = true},
    {.batch = 3, .height = 7, .width = 5, .channels = 9, .pool = Pool::average},
    {.batch = 3,
     .height = 7,
     .width = 8,
     .channels = 2,
     .pool = Pool::average,
     .window = 3,
     .stride = 2,
     .relu = true},
};

/// How near an element, or two of one window, come to where ReLU or a max-pool changes its mind.
double kink_distance(const PoolingShape& s, std::size_t rows, const Values& x, const Values& b) {
    double nearest = HUGE_VAL;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (s.relu) nearest = std::min(nearest, std::abs(x[i] + b[i % s.channels]));
    }
    for_windows(s, rows, [&](std::size_t at, const std::vector<std::size_t>& elements) {
        for (const std::size_t i : elements)
            for (const std::size_t j : elements)
                if (i != j && s.pool == Pool::max)
                    nearest = std::min(nearest, std::abs(x[i] - x[j]));
        (void)at;
    });
    return nearest;
}

/// One lane whose batch is one sample short, drawn again until no value is near a kink.
struct Case {
    Case(Device& device, const PoolingShape& s)
        : rows(static_cast<std::uint32_t>(s.batch) - 1), states(lanes_of(device, {rows})),
          in(s.batch * s.height * s.width * s.channels),
          out(s.batch * s.out_height() * s.out_width() * s.channels), used_in(in / s.batch * rows),
          used_out(out / s.batch * rows) {
        for (std::uint64_t seed = 1;; ++seed) {
            RandomValues random(seed);
            x = random.values(in, 3.0);
            bias = random.values(s.channels, 0.5);
            dy = random.values(out);
            if (kink_distance(s, rows, widened(head(x, used_in)), widened(bias)) > 1e-4) break;
        }
    }
    std::uint32_t rows;
    Buffer<LaneState> states;
    std::size_t in, out, used_in, used_out;
    std::vector<float> x, bias, dy;
};

class Pooling : public OnDevice {
protected:
    /// Both ways of one lane; the outputs stay here.
    void run(const PoolingShape& s, const Case& c, bool biased) {
        const Buffer<float> x(device, c.x), bias(device, c.bias), dy(device, c.dy);
        y = untouched_floats(device, c.out);
        dx = untouched_floats(device, c.in);
        dbias = untouched_floats(device, s.channels);
        chosen = Buffer<std::uint8_t>(device, c.out);
        DevicePointer<std::uint8_t> which =
            s.pool == Pool::max && s.window > 1 ? chosen.data() : nullptr;
        const PerLane<const float> b = biased ? per_lane(bias, 0) : PerLane<const float>{};
        kernels::pooling_forward(device, s, c.states.data(), x.data(), b, y.data(), which);
        kernels::pooling_backward(device, s, c.states.data(), x.data(), b, y.data(), which,
                                  dy.data(), dx.data(),
                                  biased ? per_lane(dbias, 0) : PerLane<float>{});
    }
    Buffer<float> y, dx, dbias;
    Buffer<std::uint8_t> chosen;
};
INSTANTIATE_TEST_SUITE_P(On, Pooling, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(Pooling, ForwardIsTheReferences) {
    for (const PoolingShape& s : shapes) {
        const Case c(device, s);
        run(s, c, true);
        const Values expected =
            reference_pooling(s, c.rows, widened(head(c.x, c.used_in)), widened(c.bias));
        EXPECT_TRUE(close(head(y.read(), c.used_out), expected, tolerance));
        EXPECT_TRUE(is_untouched(y.read(), c.used_out));
    }
}

TEST_P(Pooling, GradientsAreThoseOfFiniteDifferences) {
    for (const PoolingShape& s : shapes) {
        const Case c(device, s);
        run(s, c, true);
        Values rx = widened(head(c.x, c.used_in)), rb = widened(c.bias);
        const Values rdy = widened(head(c.dy, c.used_out));
        const auto f = [&] { return dot(rdy, reference_pooling(s, c.rows, rx, rb)); };
        EXPECT_TRUE(close(head(dx.read(), c.used_in), finite_differences(rx, f), tolerance));
        EXPECT_TRUE(close(dbias.read(), finite_differences(rb, f), tolerance));
        EXPECT_TRUE(is_untouched(dx.read(), c.used_in));
    }
}

TEST_P(Pooling, WithoutBiasItIsZeroAndItsGradientIsLeftAlone) {
    for (const PoolingShape& s : shapes) {
        Case c(device, s);
        run(s, c, false);
        const auto without_y = y.read(), without_dx = dx.read();
        EXPECT_TRUE(is_untouched(dbias.read(), 0));
        std::fill(c.bias.begin(), c.bias.end(), 0.0f);
        run(s, c, true);
        EXPECT_TRUE(same_bits(without_y, y.read()));
        EXPECT_TRUE(same_bits(without_dx, dx.read()));
    }
}

/// A window of equals, of equals behind a smaller one, of values that ReLU makes equal, and one
/// that holds what is not a number.
TEST_P(Pooling, OfEqualsTheFirstIsChosen) {
    const PoolingShape s{.height = 2, .width = 8, .channels = 1, .relu = true};
    const Buffer<LaneState> states = lanes_of(device, {1});
    const Buffer<float> x(device, std::vector<float>{5, 5, 1, 2, -1, -2, 1, std::nanf(""), //
                                                     5, 5, 2, 2, -3, -4, 9, 1});
    const Buffer<float> dy(device, std::vector<float>{1, 2, 3, 4});
    Buffer<float> out(device, 4), gradient(device, 16);
    Buffer<std::uint8_t> which(device, 4);
    kernels::pooling_forward(device, s, states.data(), x.data(), {}, out.data(), which.data());
    kernels::pooling_backward(device, s, states.data(), x.data(), {}, out.data(), which.data(),
                              dy.data(), gradient.data(), {});
    EXPECT_EQ(which.read(), (std::vector<std::uint8_t>{0, 1, 0, 1}));
    EXPECT_EQ(head(out.read(), 3), (std::vector<float>{5, 2, 0}));
    EXPECT_TRUE(std::isnan(out.read()[3]));
    EXPECT_EQ(gradient.read(), (std::vector<float>{1, 0, 0, 2, 0, 0, 0, 0, //
                                                   0, 0, 0, 0, 0, 0, 0, 0}));
}

/// bfloat16 in and out, float32 between: the float32 results, rounded once.
TEST_P(Pooling, NarrowActivationsAreRoundedOnce) {
    using formula::Bf16;
    const auto narrow = [](const std::vector<float>& values) {
        std::vector<Bf16> out;
        for (const float v : values) out.push_back(formula::from_float<Bf16>(v));
        return out;
    };
    const auto bits = [](const std::vector<Bf16>& values) {
        std::vector<std::uint16_t> out;
        for (const Bf16 v : values) out.push_back(v.bits);
        return out;
    };
    for (PoolingShape s : shapes) {
        Case c(device, s);
        for (auto* values : {&c.x, &c.dy}) {
            for (float& v : *values) v = to_float(formula::from_float<Bf16>(v));
        }
        run(s, c, true);
        s.real = Real::bf16;
        const Buffer<Bf16> x16(device, narrow(c.x)), dy16(device, narrow(c.dy));
        const Buffer<float> bias(device, c.bias);
        Buffer<Bf16> y16(device, narrow(std::vector<float>(c.out, untouched)));
        Buffer<Bf16> dx16(device, narrow(std::vector<float>(c.in, untouched)));
        Buffer<float> sum(device, s.channels);
        DevicePointer<std::uint8_t> which =
            s.pool == Pool::max && s.window > 1 ? chosen.data() : nullptr;
        kernels::pooling_forward(device, s, c.states.data(), x16.data(), per_lane(bias, 0),
                                 y16.data(), which);
        kernels::pooling_backward(device, s, c.states.data(), x16.data(), per_lane(bias, 0),
                                  y16.data(), which, dy16.data(), dx16.data(), per_lane(sum, 0));
        EXPECT_EQ(bits(y16.read()), bits(narrow(y.read())));
        EXPECT_EQ(bits(dx16.read()), bits(narrow(dx.read())));
        EXPECT_TRUE(same_bits(sum.read(), dbias.read()));
    }
}

/// Many chunks of pixels, values of one sign: the bias gradient keeps its digits.
TEST_P(Pooling, TheBiasGradientOfALargeBatchIsTheSum) {
    const PoolingShape s{.batch = 65, .height = 12, .width = 12, .channels = 3};
    const Buffer<LaneState> states = lanes_of(device, {65});
    RandomValues random(1);
    std::vector<float> gradients = random.values(65 * 6 * 6 * 3);
    for (float& v : gradients) v += 2.0f;
    const Buffer<float> x(device, random.values(65 * 12 * 12 * 3)), dy(device, gradients);
    const Buffer<float> bias(device, 3);
    Buffer<float> out(device, gradients.size()), gradient(device, x.size()), sum(device, 3);
    Buffer<std::uint8_t> which(device, gradients.size());
    kernels::pooling_forward(device, s, states.data(), x.data(), per_lane(bias, 0), out.data(),
                             which.data());
    kernels::pooling_backward(device, s, states.data(), x.data(), per_lane(bias, 0), out.data(),
                              which.data(), dy.data(), gradient.data(), per_lane(sum, 0));
    Values expected(3, 0.0);
    for (std::size_t i = 0; i < gradients.size(); ++i) expected[i % 3] += double{gradients[i]};
    EXPECT_TRUE(close(sum.read(), expected, 1e-6));
}

} // namespace
} // namespace fedmrn::test
