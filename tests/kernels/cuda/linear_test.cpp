// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/linear.hpp"

#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

using kernels::LinearShape;

enum class Pass { forward, data, weights };

/// One pass, the bias or its gradient behind the result where there is one.
std::vector<float> computed(Device& device, const LinearShape& s, Pass pass, bool with_bias) {
    const std::size_t stride = s.in * s.out + s.out + 1;
    Buffer<LaneState> states(device, mixed_lanes(s.lanes, static_cast<std::uint32_t>(s.batch)));
    Buffer<float> w(device, random_floats(s.lanes * stride, 1));
    const PerLane<float> weights{w.data(), stride};
    const auto bias = with_bias ? weights.at(s.in * s.out) : PerLane<float>{};
    Buffer<std::byte> x(device, encoded(random_floats(s.lanes * s.batch * s.in, 2), s.real));
    Buffer<float> y(device, random_floats(s.lanes * s.batch * s.out, 3));
    switch (pass) {
    case Pass::forward:
        kernels::linear_forward(device, s, states.data(), x.data(), weights, bias, y.data());
        return y.read();
    case Pass::data:
        kernels::linear_backward_data(device, s, states.data(), y.data(), weights, x.data());
        return decoded(x.read(), s.real);
    case Pass::weights:
        kernels::linear_backward_weights(device, s, states.data(), x.data(), y.data(), weights,
                                         bias);
        return w.read();
    }
    return {};
}

std::vector<LinearShape> shapes() {
    return {{3, 4, 10, 10, {}}, {4, 9, 37, 33, {}},  {3, 5, 64, 70, {}}, {3, 70, 200, 2, {}},
            {3, 3, 1, 1, {}},   {4, 8, 256, 10, {}}, {3, 40, 70, 20, {}}};
}

TEST(CudaLinear, every_pass_is_close_to_the_cpus) {
    for (LinearShape shape : shapes()) {
        for (const Real real : {Real::f32, Real::bf16}) {
            for (const Pass pass : {Pass::forward, Pass::data, Pass::weights}) {
                for (const bool bias : {true, false}) {
                    shape.real = real;
                    const bool narrow = real == Real::bf16 && pass == Pass::data;
                    expect_close([&](Device& d) { return computed(d, shape, pass, bias); },
                                 narrow ? 6e-3 : 2e-6,
                                 "pass " + std::to_string(static_cast<int>(pass)) + ", " +
                                     std::to_string(shape.in) + " -> " + std::to_string(shape.out));
                }
            }
        }
    }
}

TEST(CudaLinear, lanes_do_not_change_a_bit) {
    const auto device = open_device(DeviceKind::cuda);
    for (const LinearShape& shape : shapes()) {
        for (const Pass pass : {Pass::forward, Pass::data, Pass::weights}) {
            LinearShape alone = shape;
            alone.lanes = 1;
            const auto many = computed(*device, shape, pass, true);
            const auto one = computed(*device, alone, pass, true);
            const std::size_t used =
                pass == Pass::weights ? one.size() - 1 : one.size(); // the last is a gap
            EXPECT_TRUE(std::equal(one.begin(), one.begin() + used, many.begin())) << shape.out;
        }
    }
}

} // namespace
} // namespace fedmrn::test
