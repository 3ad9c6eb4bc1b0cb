// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kernels/embedding.hpp"
#include "kernels/formula/bf16.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(Embedding);

using kernels::EmbeddingShape;

/// 4 samples of 6 tokens, the last of them not there; 11 rows of 5, of which token 3 comes often
/// and token 10 only in the sample that is not there.
struct Case {
    explicit Case(Device& device) : states(lanes_of(device, {3})) {
        RandomValues random(1);
        for (std::size_t i = 0; i < 24; ++i) {
            words.push_back(i >= 18      ? 10
                            : i % 3 == 0 ? 3
                                         : static_cast<std::int32_t>(random.below(9)));
        }
        w = random.values(55);
        dy = random.values(24 * 5);
    }
    EmbeddingShape shape{.batch = 4, .tokens = 6, .vocabulary = 11, .dim = 5};
    Buffer<LaneState> states;
    std::vector<std::int32_t> words;
    std::vector<float> w, dy;
};

TEST_P(Embedding, GathersTheRowsOfItsTokens) {
    const Case c(device);
    const Buffer<std::int32_t> tokens(device, c.words);
    const Buffer<float> w(device, c.w);
    Buffer<float> y = untouched_floats(device, 120);
    kernels::embedding_forward(device, c.shape, c.states.data(), tokens.data(), per_lane(w, 0),
                               y.data());
    const auto rows = y.read();
    for (std::size_t i = 0; i < 90; ++i) {
        EXPECT_EQ(rows[i], c.w[static_cast<std::size_t>(c.words[i / 5]) * 5 + i % 5]) << i;
    }
    EXPECT_TRUE(is_untouched(rows, 90));
}

/// Row by row the sum in float32 in the order of the places; rows of no token are zero.
TEST_P(Embedding, GradientsAreAddedInTheOrderOfThePlaces) {
    const Case c(device);
    const Buffer<std::int32_t> tokens(device, c.words);
    const Buffer<float> dy(device, c.dy);
    Buffer<float> dw = untouched_floats(device, 55);
    kernels::embedding_backward(device, c.shape, c.states.data(), tokens.data(), dy.data(),
                                per_lane(dw, 0));
    std::vector<float> expected(55, 0.0f);
    for (std::size_t i = 0; i < 90; ++i) {
        expected[static_cast<std::size_t>(c.words[i / 5]) * 5 + i % 5] += c.dy[i];
    }
    EXPECT_TRUE(same_bits(dw.read(), expected));
    EXPECT_EQ(dw.read()[10 * 5], 0.0f);
    EXPECT_NE(dw.read()[3 * 5], 0.0f);
}

TEST_P(Embedding, NarrowRowsAreTheRoundedOnes) {
    using formula::Bf16;
    Case c(device);
    c.shape.real = Real::bf16;
    std::vector<Bf16> gradients;
    for (float& v : c.dy) {
        gradients.push_back(formula::from_float<Bf16>(v));
        v = to_float(gradients.back());
    }
    const Buffer<std::int32_t> tokens(device, c.words);
    const Buffer<float> w(device, c.w);
    const Buffer<Bf16> dy(device, gradients);
    Buffer<Bf16> y(device, 120);
    Buffer<float> dw(device, 55);
    kernels::embedding_forward(device, c.shape, c.states.data(), tokens.data(), per_lane(w, 0),
                               y.data());
    kernels::embedding_backward(device, c.shape, c.states.data(), tokens.data(), dy.data(),
                                per_lane(dw, 0));
    const auto rows = y.read();
    std::vector<float> expected(55, 0.0f);
    for (std::size_t i = 0; i < 90; ++i) {
        const std::size_t at = static_cast<std::size_t>(c.words[i / 5]) * 5 + i % 5;
        EXPECT_EQ(rows[i].bits, formula::from_float<Bf16>(c.w[at]).bits) << i;
        expected[at] += c.dy[i];
    }
    EXPECT_TRUE(same_bits(dw.read(), expected));
}

} // namespace
} // namespace fedmrn::test
