// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/activation.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(Relu);

TEST_P(Relu, KeepsWhatIsPositiveAndItsGradient) {
    const Buffer<LaneState> states = lanes_of(device, {2});
    const Buffer<float> x(device,
                          std::vector<float>{1.5f, -2.0f, 0.0f, -0.0f, 3.0f, std::nanf(""), 7, -7});
    const Buffer<float> dy(device, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
    Buffer<float> y = untouched_floats(device, 8), dx = untouched_floats(device, 8);
    kernels::relu_forward(device, 1, 4, 2, states.data(), x.data(), y.data());
    kernels::relu_backward(device, 1, 4, 2, states.data(), y.data(), dy.data(), dx.data());
    EXPECT_EQ(y.read(),
              (std::vector<float>{1.5f, 0, 0, 0, untouched, untouched, untouched, untouched}));
    EXPECT_EQ(dx.read(),
              (std::vector<float>{1, 0, 0, 0, untouched, untouched, untouched, untouched}));
}

TEST_P(Relu, WorksInPlaceAndPassesNotANumber) {
    const Buffer<LaneState> states = lanes_of(device, {1});
    Buffer<float> x(device, std::vector<float>{std::nanf(""), -1.0f});
    kernels::relu_forward(device, 1, 1, 2, states.data(), x.data(), x.data());
    EXPECT_TRUE(std::isnan(x.read()[0]));
    EXPECT_EQ(x.read()[1], 0.0f);
}

} // namespace
} // namespace fedmrn::test
