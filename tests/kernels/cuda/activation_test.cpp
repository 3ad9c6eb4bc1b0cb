// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/activation.hpp"

#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

TEST(CudaRelu, both_ways_equal_the_cpus) {
    constexpr std::size_t lanes = 4, batch = 6, size = 77;
    expect_same_bits(
        [&](Device& device) {
            Buffer<LaneState> states(device, mixed_lanes(lanes, batch));
            Buffer<float> x(device, random_floats(lanes * batch * size, 1));
            Buffer<float> dy(device, random_floats(lanes * batch * size, 2));
            kernels::relu_forward(device, lanes, batch, size, states.data(), x.data(), x.data());
            kernels::relu_backward(device, lanes, batch, size, states.data(), x.data(), dy.data(),
                                   dy.data());
            auto result = x.read(), gradient = dy.read();
            result.insert(result.end(), gradient.begin(), gradient.end());
            return result;
        },
        "relu");
}

} // namespace
} // namespace fedmrn::test
