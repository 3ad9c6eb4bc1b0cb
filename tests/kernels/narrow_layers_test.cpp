// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "batchnorm_cases.hpp"
#include "kernels/convolution.hpp"
#include "kernels/formula/bf16.hpp"
#include "kernels/linear.hpp"
#include "tests/support/on_device.hpp"

namespace fedmrn::test {
namespace {

/// Activations in bfloat16 against float32 on the same (rounded) inputs. A result is rounded to 8
/// bits, 2⁻⁹ of itself, and so is a weight; two such errors, and one more for what averages less
/// well: 2⁻⁷ of the largest value.
constexpr double tolerance = 0x1p-7;

using formula::Bf16;

class NarrowLayers : public OnDevice {
protected:
    Buffer<Bf16> narrow(const std::vector<float>& values) {
        std::vector<Bf16> out;
        for (const float v : values) out.push_back(formula::from_float<Bf16>(v));
        return {device, out};
    }
    static std::vector<float> wide(const std::vector<Bf16>& values) {
        std::vector<float> out;
        for (const Bf16 v : values) out.push_back(formula::to_float(v));
        return out;
    }
    static std::vector<float> rounded(std::vector<float> values) {
        for (float& v : values) v = formula::to_float(formula::from_float<Bf16>(v));
        return values;
    }
    RandomValues random{1};
};
INSTANTIATE_TEST_SUITE_P(On, NarrowLayers, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(NarrowLayers, Convolution) {
    for (const std::size_t in : {1u, 8u, 32u}) {
        kernels::ConvolutionShape s{.batch = 3, .height = 6, .width = 5, .in = in, .out = 16};
        const auto states = lanes_of(device, {3});
        const auto x = rounded(random.values(90 * in)), dy = rounded(random.values(90 * 16));
        const Buffer<float> w(device, random.values(s.weights()));
        const Buffer<float> x32(device, x), dy32(device, dy);
        Buffer<float> y32(device, dy.size()), dx32(device, x.size()), dw32(device, w.size());
        Buffer<float> dw16(device, w.size());
        const Buffer<Bf16> x16 = narrow(x), dy16 = narrow(dy);
        Buffer<Bf16> y16(device, dy.size()), dx16(device, x.size());
        const auto run = [&](DevicePointer<const void> images, DevicePointer<const void> gradient,
                             DevicePointer<void> y, DevicePointer<void> dx, Buffer<float>& dw) {
            kernels::convolution_forward(device, s, states.data(), images, per_lane(w, 0), y);
            kernels::convolution_backward_data(device, s, states.data(), gradient, per_lane(w, 0),
                                               dx);
            kernels::convolution_backward_weights(device, s, states.data(), images, gradient,
                                                  per_lane(dw, 0));
        };
        run(x32.data(), dy32.data(), y32.data(), dx32.data(), dw32);
        s.real = Real::bf16;
        run(x16.data(), dy16.data(), y16.data(), dx16.data(), dw16);
        EXPECT_TRUE(close(wide(y16.read()), y32.read(), tolerance)) << in;
        EXPECT_TRUE(close(wide(dx16.read()), dx32.read(), tolerance)) << in;
        EXPECT_TRUE(close(dw16.read(), dw32.read(), 1e-5)) << in; // nothing of it is rounded
    }
}

TEST_P(NarrowLayers, Linear) {
    kernels::LinearShape s{1, 4, 35, 10};
    const auto states = lanes_of(device, {3});
    const auto x = rounded(random.values(4 * 35));
    const Buffer<float> w(device, random.values(350)), b(device, random.values(10)),
        dy(device, random.values(40)), x32(device, x);
    const Buffer<Bf16> x16 = narrow(x);
    Buffer<float> y[2], dw[2], dx32(device, x.size());
    Buffer<Bf16> dx16(device, x.size());
    for (const Real real : {Real::f32, Real::bf16}) {
        const bool is_narrow = real == Real::bf16;
        s.real = real;
        DevicePointer<const void> in =
            is_narrow ? static_cast<DevicePointer<const void>>(x16.data()) : x32.data();
        DevicePointer<void> dx =
            is_narrow ? static_cast<DevicePointer<void>>(dx16.data()) : dx32.data();
        y[is_narrow] = Buffer<float>(device, 40);
        dw[is_narrow] = Buffer<float>(device, 350);
        kernels::linear_forward(device, s, states.data(), in, per_lane(w, 0), per_lane(b, 0),
                                y[is_narrow].data());
        kernels::linear_backward_data(device, s, states.data(), dy.data(), per_lane(w, 0), dx);
        kernels::linear_backward_weights(device, s, states.data(), in, dy.data(),
                                         per_lane(dw[is_narrow], 0), {});
    }
    EXPECT_TRUE(close(y[1].read(), y[0].read(), tolerance));
    EXPECT_TRUE(close(dw[1].read(), dw[0].read(), tolerance));
    EXPECT_TRUE(close(wide(dx16.read()), dx32.read(), tolerance));
}

TEST_P(NarrowLayers, Batchnorm) {
    for (kernels::BatchnormShape s : batchnorm_shapes) {
        const BatchnormCase c(device, s);
        const auto x = rounded(c.x), dy = rounded(c.dy);
        const Buffer<float> x32(device, x), dy32(device, dy), gamma(device, c.gamma),
            beta(device, c.beta);
        const Buffer<Bf16> x16 = narrow(x), dy16 = narrow(dy);
        Buffer<float> y32(device, c.out), dx32(device, c.in), d[2][2];
        Buffer<Bf16> y16(device, c.out), dx16(device, c.in);
        const kernels::BatchnormParameters p{per_lane(gamma, 0), per_lane(beta, 0)};
        const auto run = [&](DevicePointer<const void> in, DevicePointer<void> y,
                             DevicePointer<const void> gradient, DevicePointer<void> dx,
                             Buffer<float>* out) {
            Buffer<float> running_mean(device, c.mean), running_variance(device, c.variance);
            Buffer<float> mean(device, s.channels), inverse(device, s.channels);
            Buffer<std::uint8_t> chosen(device, c.out);
            out[0] = Buffer<float>(device, s.channels);
            out[1] = Buffer<float>(device, s.channels);
            DevicePointer<std::uint8_t> which = s.pool > 1 ? chosen.data() : nullptr;
            kernels::batchnorm_forward(device, s, c.states.data(), in, p, per_lane(running_mean, 0),
                                       per_lane(running_variance, 0), per_lane(mean, 0),
                                       per_lane(inverse, 0), y, which);
            kernels::batchnorm_backward(device, s, c.states.data(), in, y, which, gradient, p,
                                        per_lane(mean, 0), per_lane(inverse, 0), dx,
                                        per_lane(out[0], 0), per_lane(out[1], 0));
        };
        run(x32.data(), y32.data(), dy32.data(), dx32.data(), d[0]);
        s.real = Real::bf16;
        run(x16.data(), y16.data(), dy16.data(), dx16.data(), d[1]);
        EXPECT_TRUE(
            close(head(wide(y16.read()), c.used_out), head(y32.read(), c.used_out), tolerance));
        EXPECT_TRUE(
            close(head(wide(dx16.read()), c.used_in), head(dx32.read(), c.used_in), tolerance));
        EXPECT_TRUE(close(d[1][0].read(), d[0][0].read(), 1e-5)); // sums are float32 in both
        EXPECT_TRUE(close(d[1][1].read(), d[0][1].read(), 1e-5));
    }
}

} // namespace
} // namespace fedmrn::test
