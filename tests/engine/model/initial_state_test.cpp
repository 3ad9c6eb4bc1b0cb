// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "fedmrn/images.hpp"
#include "fedmrn/model.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

std::span<const float> of(const TensorSpec& tensor, const std::vector<float>& state) {
    return std::span(state).subspan(tensor.offset, tensor.elements());
}

/// Every weight tensor is N(0, 0.01²) with BatchNorm and N(0, 2 / fan-in) without; mean and
/// variance with confidence 99.99 % a tensor.
TEST(InitialState, WeightsHaveTheRightDeviation) {
    for (const char* name : {"cnn4", "cnn8", "cnn2", "lenet5", "mlp"}) {
        const Model model = make_model(name, shape_of_images({32, 32, 3}, 10));
        const auto state = initial_state(model, 1);
        for (const TensorSpec& tensor : model.layout.tensors) {
            if (tensor.role != Role::masked) continue;
            const Moments m = moments(of(tensor, state));
            const double n = static_cast<double>(tensor.elements());
            const bool batchnorm = model.layout.state != model.layout.trainable;
            const double variance =
                batchnorm ? 1e-4 : 2.0 * static_cast<double>(tensor.shape[0]) / n;
            EXPECT_LT(std::abs(m.mean), z_9999 * std::sqrt(variance / n)) << tensor.name;
            EXPECT_NEAR(m.variance, variance, z_9999 * variance * std::sqrt(2 / n)) << tensor.name;
        }
    }
}

TEST(InitialState, BatchnormStartsAsTheIdentity) {
    const Model model = make_model("cnn4", shape_of_images({28, 28, 1}, 10));
    const auto state = initial_state(model, 1);
    for (const TensorSpec& tensor : model.layout.tensors) {
        if (tensor.role == Role::masked) continue;
        const bool one = tensor.name.ends_with(".weight") || tensor.name.ends_with(".running_var");
        for (const float v : of(tensor, state)) ASSERT_EQ(v, one ? 1.0f : 0.0f) << tensor.name;
    }
}

TEST(InitialState, BiasesStartAtZero) {
    const Model model = make_model("mlp", shape_of_images({1, 1, 10}, 2));
    const auto state = initial_state(model, 1);
    for (std::size_t i = model.layout.masked; i < model.layout.state; ++i)
        EXPECT_EQ(state[i], 0.0f);
}

/// No two tensors, and no two seeds, begin alike.
TEST(InitialState, IsAFunctionOfTheSeedAndTheTensor) {
    const Model model = make_model("cnn8", shape_of_images({32, 32, 3}, 10));
    const auto state = initial_state(model, 1);
    EXPECT_EQ(state, initial_state(model, 1));
    EXPECT_NE(state, initial_state(model, 2));
    const auto &a = model.layout.tensors[0], &b = model.layout.tensors[1];
    EXPECT_FALSE(std::equal(of(a, state).begin(), of(a, state).end(), of(b, state).begin()));
}

TEST(StateHash, IsFnvOfTheBytes) {
    EXPECT_EQ(state_hash({}), "cbf29ce484222325");
    const std::vector<float> one{1.0f}; // bytes 00 00 80 3f
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const std::uint64_t byte : {0x00, 0x00, 0x80, 0x3f}) hash = (hash ^ byte) * 0x100000001b3;
    EXPECT_EQ(std::stoull(state_hash(one), nullptr, 16), hash);
    EXPECT_NE(state_hash(std::vector<float>{0.0f}), state_hash(std::vector<float>{-0.0f}));
    EXPECT_NE(state_hash(std::vector<float>{1, 2}), state_hash(std::vector<float>{2, 1}));
}

/// Bits: every build and device starts from this.
TEST(StateHash, OfTheFirstModelIsCommitted) {
    EXPECT_EQ(state_hash(initial_state(make_model("cnn4", shape_of_images({28, 28, 1}, 10)), 1)),
              "91ce089c3f1aa988");
    EXPECT_EQ(state_hash(initial_state(make_model("mlp", shape_of_images({1, 1, 10}, 2)), 1)),
              "cf10abec77e966e2");
}

} // namespace
} // namespace fedmrn::test
