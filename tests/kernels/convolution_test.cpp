// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <gtest/gtest.h>

#include "kernels/convolution.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/reference_layers.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(Convolution);

using kernels::ConvolutionShape;

/// float32 against float64: sums of at most 9 · 16 products, or of batch · pixels ones.
constexpr double tolerance = 5e-6;

constexpr ConvolutionShape shapes[] = {
    {.batch = 3, .height = 7, .width = 7, .in = 1, .out = 8},
    {.batch = 2, .height = 5, .width = 6, .in = 16, .out = 16},
    {.batch = 2, .height = 4, .width = 3, .in = 3, .out = 5},
    {.batch = 2, .height = 1, .width = 1, .in = 4, .out = 32},
    {.batch = 2, .height = 4, .width = 5, .in = 6, .out = 7, .kernel = 1, .padding = 0},
    {.batch = 2, .height = 6, .width = 5, .in = 3, .out = 4, .kernel = 3, .padding = 0},
    {.batch = 1, .height = 5, .width = 5, .in = 2, .out = 3, .kernel = 5, .padding = 2},
};

/// The layers of CNN4 behind the first, where an implementation may choose Winograd's algorithm;
/// F(4×4, 3×3) loses about a digit.
constexpr double winograd_tolerance = 2e-5;
constexpr ConvolutionShape large_shapes[] = {
    {.batch = 3, .height = 14, .width = 14, .in = 32, .out = 64},
    {.batch = 3, .height = 7, .width = 7, .in = 64, .out = 128},
    {.batch = 3, .height = 3, .width = 3, .in = 128, .out = 256},
    {.batch = 3, .height = 9, .width = 7, .in = 16, .out = 16},
};

/// One lane whose batch is one sample short, where there is more than one.
struct Case {
    Case(Device& device, const ConvolutionShape& s, std::uint64_t seed)
        : rows(static_cast<std::uint32_t>(s.batch == 1 ? 1 : s.batch - 1)),
          states(lanes_of(device, {rows})) {
        RandomValues random(seed);
        x = random.values(s.batch * s.height * s.width * s.in);
        w = random.values(s.weights());
        dy = random.values(s.batch * s.out_height() * s.out_width() * s.out);
        used_x = rows * s.height * s.width * s.in;
        used_y = rows * s.out_height() * s.out_width() * s.out;
    }
    std::uint32_t rows;
    Buffer<LaneState> states;
    std::vector<float> x, w, dy;
    std::size_t used_x, used_y; ///< values of the samples that exist
};

TEST_P(Convolution, ForwardIsTheReferences) {
    for (const ConvolutionShape& s : shapes) {
        const Case c(device, s, 1);
        const Buffer<float> x(device, c.x), w(device, c.w);
        Buffer<float> y = untouched_floats(device, c.dy.size());
        kernels::convolution_forward(device, s, c.states.data(), x.data(), per_lane(w, 0),
                                     y.data());
        EXPECT_TRUE(close(head(y.read(), c.used_y),
                          reference_convolution(s, c.rows, widened(c.x), widened(c.w)), tolerance));
        EXPECT_TRUE(is_untouched(y.read(), c.used_y));
    }
}

TEST_P(Convolution, GradientsAreThoseOfFiniteDifferences) {
    for (const ConvolutionShape& s : shapes) {
        const Case c(device, s, 2);
        const Buffer<float> x(device, c.x), w(device, c.w), dy(device, c.dy);
        Buffer<float> dx = untouched_floats(device, c.x.size());
        Buffer<float> dw = untouched_floats(device, c.w.size());
        kernels::convolution_backward_data(device, s, c.states.data(), dy.data(), per_lane(w, 0),
                                           dx.data());
        kernels::convolution_backward_weights(device, s, c.states.data(), x.data(), dy.data(),
                                              per_lane(dw, 0));
        Values rx = widened(head(c.x, c.used_x)), rw = widened(c.w);
        const Values rdy = widened(head(c.dy, c.used_y));
        const auto f = [&] { return dot(rdy, reference_convolution(s, c.rows, rx, rw)); };
        EXPECT_TRUE(close(head(dx.read(), c.used_x), finite_differences(rx, f), tolerance));
        EXPECT_TRUE(close(dw.read(), finite_differences(rw, f), tolerance));
        EXPECT_TRUE(is_untouched(dx.read(), c.used_x));
    }
}

TEST_P(Convolution, LargeOnesAreTheReferences) {
    for (const ConvolutionShape& s : large_shapes) {
        const Case c(device, s, 3);
        const Buffer<float> x(device, c.x), w(device, c.w), dy(device, c.dy);
        Buffer<float> y = untouched_floats(device, c.dy.size());
        Buffer<float> dx = untouched_floats(device, c.x.size());
        Buffer<float> dw = untouched_floats(device, c.w.size());
        kernels::convolution_forward(device, s, c.states.data(), x.data(), per_lane(w, 0),
                                     y.data());
        kernels::convolution_backward_data(device, s, c.states.data(), dy.data(), per_lane(w, 0),
                                           dx.data());
        kernels::convolution_backward_weights(device, s, c.states.data(), x.data(), dy.data(),
                                              per_lane(dw, 0));
        const Values rx = widened(head(c.x, c.used_x)), rw = widened(c.w);
        const auto g =
            reference_convolution_gradients(s, c.rows, rx, rw, widened(head(c.dy, c.used_y)));
        EXPECT_TRUE(close(head(y.read(), c.used_y), reference_convolution(s, c.rows, rx, rw),
                          winograd_tolerance));
        EXPECT_TRUE(close(head(dx.read(), c.used_x), g.dx, winograd_tolerance));
        EXPECT_TRUE(close(dw.read(), g.dw, winograd_tolerance));
        EXPECT_TRUE(is_untouched(y.read(), c.used_y));
        EXPECT_TRUE(is_untouched(dx.read(), c.used_x));
    }
}

/// Bytes that the process holds of the heap.
std::size_t held() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/// Clients that differ in their samples train with every batch size there is. Each has primitives
/// of its own, but the images that those lay out anew are in memory that all of them share: a size
/// takes less than half a megabyte, where a batch of 64 has 4.8.
TEST_P(Convolution, EveryBatchSizeWorksInTheSameMemory) {
    if (device.lane_mode() != LaneMode::threads) GTEST_SKIP() << "the CPU's primitives";
    const ConvolutionShape shape{.batch = 64, .height = 14, .width = 14, .in = 32, .out = 64};
    const std::size_t x = shape.batch * shape.height * shape.width * shape.in,
                      y = shape.batch * shape.height * shape.width * shape.out;
    Buffer<float> images(device, x), out(device, y), w(device, shape.weights());
    images.clear();
    out.clear();
    w.clear();
    const auto all_passes = [&](std::uint32_t samples) {
        const Buffer<LaneState> states = lanes_of(device, {samples});
        kernels::convolution_forward(device, shape, states.data(), images.data(), {w.data(), 0},
                                     out.data());
        kernels::convolution_backward_data(device, shape, states.data(), out.data(), {w.data(), 0},
                                           images.data());
        kernels::convolution_backward_weights(device, shape, states.data(), images.data(),
                                              out.data(), {w.data(), 0});
    };
    all_passes(64);
    const std::size_t before = held();
    for (std::uint32_t samples = 1; samples < 64; ++samples) all_passes(samples);
    EXPECT_LT(held() - before, std::size_t{63} << 19);
}

} // namespace
} // namespace fedmrn::test
