// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kernels/activation.hpp"
#include "kernels/batchnorm.hpp"
#include "kernels/convolution.hpp"
#include "kernels/linear.hpp"
#include "kernels/loss.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/golden_tensors.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"

namespace fedmrn::test {
namespace {

/// The layers against what PyTorch computes in float64 from the same float32 inputs.
constexpr double tolerance = 5e-6;

class PyTorch : public OnDevice {
protected:
    std::vector<float> golden(const std::string& name) const { return tensors[which + "/" + name]; }
    std::size_t size(const std::string& name, std::size_t i) const {
        return tensors.size(which + "/" + name, i);
    }
    Buffer<float> input(const std::string& name) { return {device, golden(name)}; }
    Buffer<float> output(const std::string& name) {
        return untouched_floats(device, golden(name).size());
    }
    ::testing::AssertionResult is_golden(const Buffer<float>& buffer,
                                         const std::string& name) const {
        return close(buffer.read(), golden(name), tolerance) << ": " << which << '/' << name;
    }
    /// One full lane.
    Buffer<LaneState> rows(std::size_t n) {
        return lanes_of(device, {static_cast<std::uint32_t>(n)});
    }

    GoldenTensors tensors;
    std::string which; ///< the case
};
INSTANTIATE_TEST_SUITE_P(On, PyTorch, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(PyTorch, Convolution) {
    for (const char* name : {"conv3x3_a", "conv3x3_b", "conv3x3_c", "conv3x3_nopad", "conv1x1"}) {
        which = name;
        kernels::ConvolutionShape s{
            .batch = size("x", 0), .height = size("x", 1), .width = size("x", 2)};
        s.in = size("x", 3);
        s.out = size("w", 0);
        s.kernel = size("w", 1);
        s.padding = (size("y", 1) + s.kernel - 1 - s.height) / 2;
        const auto states = rows(s.batch);
        const auto x = input("x"), w = input("w"), dy = input("dy");
        auto y = output("y"), dx = output("dx"), dw = output("dw");
        kernels::convolution_forward(device, s, states.data(), x.data(), per_lane(w, 0), y.data());
        kernels::convolution_backward_data(device, s, states.data(), dy.data(), per_lane(w, 0),
                                           dx.data());
        kernels::convolution_backward_weights(device, s, states.data(), x.data(), dy.data(),
                                              per_lane(dw, 0));
        EXPECT_TRUE(is_golden(y, "y"));
        EXPECT_TRUE(is_golden(dx, "dx"));
        EXPECT_TRUE(is_golden(dw, "dw"));
    }
}

TEST_P(PyTorch, Linear) {
    for (const char* name : {"linear", "linear_bias"}) {
        which = name;
        const bool bias = which == "linear_bias";
        const kernels::LinearShape s{1, size("x", 0), size("x", 1), size("w", 0)};
        const auto states = rows(s.batch);
        const auto x = input("x"), w = input("w"), dy = input("dy"), b = input(bias ? "b" : "w");
        auto y = output("y"), dx = output("dx"), dw = output("dw"), db = output(bias ? "db" : "dw");
        kernels::linear_forward(device, s, states.data(), x.data(), per_lane(w, 0),
                                bias ? per_lane(b, 0) : PerLane<const float>{}, y.data());
        kernels::linear_backward_data(device, s, states.data(), dy.data(), per_lane(w, 0),
                                      dx.data());
        kernels::linear_backward_weights(device, s, states.data(), x.data(), dy.data(),
                                         per_lane(dw, 0),
                                         bias ? per_lane(db, 0) : PerLane<float>{});
        EXPECT_TRUE(is_golden(y, "y"));
        EXPECT_TRUE(is_golden(dx, "dx"));
        EXPECT_TRUE(is_golden(dw, "dw"));
        if (bias) {
            EXPECT_TRUE(is_golden(db, "db"));
        }
    }
}

TEST_P(PyTorch, Batchnorm) {
    for (const char* name :
         {"bn", "bn_relu", "bn_relu_pool", "bn_relu_pool_odd", "bn_relu_pool_wide"}) {
        which = name;
        const kernels::BatchnormShape s{.batch = size("x", 0),
                                        .height = size("x", 1),
                                        .width = size("x", 2),
                                        .channels = size("x", 3),
                                        .relu = which != "bn",
                                        .pool = which.find("pool") != std::string::npos ? 2u : 1u};
        const auto states = rows(s.batch);
        const auto x = input("x"), gamma = input("gamma"), beta = input("beta"), dy = input("dy");
        const kernels::BatchnormParameters p{per_lane(gamma, 0), per_lane(beta, 0)};
        auto running_mean = input("running_mean_before"),
             running_variance = input("running_variance_before");
        auto y = output("y"), dx = output("dx"), dgamma = output("dgamma"), dbeta = output("dbeta");
        Buffer<float> mean(device, s.channels), inverse(device, s.channels);
        Buffer<std::uint8_t> chosen(device, y.size());
        DevicePointer<std::uint8_t> pooled = s.pool > 1 ? chosen.data() : nullptr;

        kernels::batchnorm_inference(device, s, states.data(), x.data(), p,
                                     per_lane(running_mean, 0), per_lane(running_variance, 0),
                                     y.data());
        EXPECT_TRUE(is_golden(y, "y_inference"));
        kernels::batchnorm_forward(device, s, states.data(), x.data(), p, per_lane(running_mean, 0),
                                   per_lane(running_variance, 0), per_lane(mean, 0),
                                   per_lane(inverse, 0), y.data(), pooled);
        kernels::batchnorm_backward(device, s, states.data(), x.data(), y.data(), pooled, dy.data(),
                                    p, per_lane(mean, 0), per_lane(inverse, 0), dx.data(),
                                    per_lane(dgamma, 0), per_lane(dbeta, 0));
        EXPECT_TRUE(is_golden(y, "y"));
        EXPECT_TRUE(is_golden(running_mean, "running_mean"));
        EXPECT_TRUE(is_golden(running_variance, "running_variance"));
        EXPECT_TRUE(is_golden(dx, "dx"));
        EXPECT_TRUE(is_golden(dgamma, "dgamma"));
        EXPECT_TRUE(is_golden(dbeta, "dbeta"));
    }
}

TEST_P(PyTorch, Relu) {
    which = "relu";
    const std::size_t n = size("x", 0), width = size("x", 1);
    const auto states = rows(n);
    const auto x = input("x"), dy = input("dy");
    auto y = output("y"), dx = output("dx");
    kernels::relu_forward(device, 1, n, width, states.data(), x.data(), y.data());
    kernels::relu_backward(device, 1, n, width, states.data(), y.data(), dy.data(), dx.data());
    EXPECT_EQ(y.read(), golden("y"));
    EXPECT_EQ(dx.read(), golden("dx"));
}

TEST_P(PyTorch, CrossEntropy) {
    for (const char* name : {"cross_entropy", "cross_entropy_large"}) {
        which = name;
        const std::size_t n = size("logits", 0), classes = size("logits", 1);
        const auto states = rows(n);
        const auto logits = input("logits");
        const Buffer<std::uint16_t> labels(device, tensors.labels(which + "/labels"));
        auto gradient = output("dlogits");
        Buffer<LaneMetrics> metrics(device, 1);
        kernels::cross_entropy(device, 1, n, classes, states.data(), logits.data(), labels.data(),
                               gradient.data(), metrics.data());
        EXPECT_TRUE(is_golden(gradient, "dlogits"));
        EXPECT_NEAR(metrics.read()[0].sum / static_cast<double>(n), double{golden("loss")[0]},
                    1e-6 * double{golden("loss")[0]});
    }
}

} // namespace
} // namespace fedmrn::test
