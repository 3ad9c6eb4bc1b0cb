// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gmock/gmock.h>

#include "engine/server/downlink.hpp"
#include "engine/stage/quantize.hpp"
#include "tests/support/method_test.hpp"
#include "tests/support/quantized_by_hand.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn::test {
namespace {

using Per = QuantizationOptions::Per;

class QuantizeStage : public MethodTest {
protected:
    static QuantizeOptions options(std::uint32_t bits, Per per, bool symmetric,
                                   bool feedback = false) {
        QuantizeOptions made;
        made.bits = bits;
        made.per = per;
        made.symmetric = symmetric;
        made.error_feedback = feedback;
        return made;
    }
    std::vector<float> received(const Sent& sent) {
        std::vector<float> state(model.layout.state);
        device.copy_out(state.data(), sent.round.global, state.size() * sizeof(float));
        return state;
    }
    /// A model that an experiment sends again and again, with what it keeps.
    struct Server {
        Server(QuantizeStage& test, const QuantizeOptions& options)
            : stage(options, test.model.layout), downlink(test.device, test.model.layout, &stage),
              model(test.device, test.global), error(test.device, stage.fed_back()),
              left(test.device, stage.fed_back()) {}
        Sent send(std::uint32_t round) {
            const Sent sent = downlink.send({round, model.data()}, error.data(), left.data());
            std::swap(error, left);
            return sent;
        }
        Quantize stage;
        Downlink downlink;
        const Buffer<float> model;
        Buffer<float> error, left;
    };
    const ParameterLayout& layout = model.layout;
};
INSTANTIATE_TEST_SUITE_P(On, QuantizeStage, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// What clients start from: weights on their group's grid, all else as it was; and what that takes.
TEST_P(QuantizeStage, SendsWeightsAsIntegersAndAllElseInFloat32) {
    for (const std::uint32_t bits : {2u, 4u, 5u, 8u}) {
        for (const Per per : {Per::channel, Per::tensor}) {
            for (const bool symmetric : {true, false}) {
                Server server(*this, options(bits, per, symmetric));
                const Sent sent = server.send(7);
                const ByHand hand = quantized_by_hand(
                    layout, global, {100, bits, formula::Calibration::minmax, symmetric},
                    per == Per::channel);
                EXPECT_EQ(sent.bytes, hand.code_words * 4 + hand.groups * (symmetric ? 4 : 5) +
                                          4 * (layout.state - layout.masked));
                EXPECT_TRUE(same_bits(received(sent), hand.state)) << bits;
                EXPECT_EQ(server.model.read(), global); // the server's own is left alone
                EXPECT_EQ(server.send(8).round.global, sent.round.global);
            }
        }
    }
}

TEST_P(QuantizeStage, EightBitsAreAQuarterAndFourAnEighth) {
    const auto bytes = [&](std::uint32_t bits) {
        return Server(*this, options(bits, Per::tensor, true)).send(1).bytes;
    };
    const std::size_t tensors = 4, rest = 4 * (tensors + layout.state - layout.masked);
    EXPECT_LE(bytes(8) - rest, layout.masked + 3 * tensors); // whole words
    EXPECT_GE(bytes(8) - rest, layout.masked);
    EXPECT_LE(bytes(4) - rest, layout.masked / 2 + 4 * tensors);
}

/// e ← (model + e) − what was received, by plain arithmetic, and what is sent is of model + e.
TEST_P(QuantizeStage, FeedsBackWhatWasLeftOut) {
    Server server(*this, options(4, Per::channel, true, true));
    std::vector<float> error(layout.masked, 0.0f);
    for (std::uint32_t round = 1; round <= 3; ++round) {
        std::vector<float> asked = global;
        for (std::size_t i = 0; i < error.size(); ++i) asked[i] += error[i];
        const ByHand hand =
            quantized_by_hand(layout, asked, {100, 4, formula::Calibration::minmax, true}, true);
        const std::vector<float> found = received(server.send(round));
        ASSERT_TRUE(same_bits(found, hand.state));
        for (std::size_t i = 0; i < error.size(); ++i) error[i] = asked[i] - found[i];
        ASSERT_TRUE(same_bits(server.error.read(), error));
    }
}

/// Nothing is ever lost: the mean of T models that stand for the same one is e_T / T away from it.
TEST_P(QuantizeStage, ErrorFeedbackIsRightInTheMean) {
    constexpr int rounds = 40;
    for (const bool feedback : {true, false}) {
        Server server(*this, options(3, Per::channel, true, feedback));
        std::vector<double> sum(layout.masked);
        for (std::uint32_t round = 1; round <= rounds; ++round) {
            const std::vector<float> found = received(server.send(round));
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(found[i]);
        }
        double worst = 0;
        for (std::size_t i = 0; i < sum.size(); ++i) {
            worst = std::max(worst, std::abs(sum[i] / rounds - static_cast<double>(global[i])));
        }
        const double half_step = 0.5 / 3 / 2; // weights lie in ±0.5, in 7 values
        if (feedback) {
            EXPECT_LT(worst, 1.5 * half_step / rounds);
        } else {
            EXPECT_GT(worst, half_step / 2);
        }
    }
}

/// Bits by round, and of a tensor in all rounds.
TEST_P(QuantizeStage, ItsBitsFollowRoundsAndLayers) {
    QuantizeOptions by = options(8, Per::tensor, true);
    by.schedule = "3:4, 5 : 2";
    Server server(*this, by);
    const auto bytes = [&](std::uint32_t round) { return server.send(round).bytes; };
    const auto fixed = [&](std::uint32_t bits) {
        return Server(*this, options(bits, Per::tensor, true)).send(1).bytes;
    };
    EXPECT_EQ(bytes(1), fixed(8));
    EXPECT_EQ(bytes(2), fixed(8));
    EXPECT_EQ(bytes(3), fixed(4));
    EXPECT_EQ(bytes(5), fixed(2));
    EXPECT_EQ(bytes(500), fixed(2));
    const std::string first = layout.tensors.front().name;
    by.schedule = "";
    by.bits = 4;
    by.layers = first + ":8";
    const std::vector<float> wide = received(Server(*this, options(8, Per::tensor, true)).send(1)),
                             narrow =
                                 received(Server(*this, options(4, Per::tensor, true)).send(1)),
                             mixed = received(Server(*this, by).send(1));
    const std::size_t end = layout.tensors.front().elements();
    for (std::size_t i = 0; i < layout.masked; ++i) {
        ASSERT_EQ(mixed[i], i < end ? wide[i] : narrow[i]) << i;
    }
    EXPECT_NE(wide[0], narrow[0]);
}

TEST_P(QuantizeStage, WhatItCannotDoIsOneLine) {
    QuantizeOptions by = options(8, Per::channel, true);
    const auto said = [&] { return error_of([&] { Quantize(by, layout); }); };
    by.layers = "conv9.weight:8";
    EXPECT_THAT(said(),
                testing::HasSubstr("stage.quantize.layers: expected tensors of the model ("));
    EXPECT_THAT(said(), testing::HasSubstr("found \"conv9.weight\""));
    by.layers = "";
    for (const char* none : {"4", "3:9", "3:1", "0:4", "5:4, 5:2", "x:4", "3:4,"}) {
        by.schedule = none;
        EXPECT_EQ(said(), std::string("stage.quantize.schedule: expected rising rounds with 2 … 8 "
                                      "bits, as in \"20:6, 40:4\", found \"") +
                              none + "\"");
    }
    for (const float bad : {HUGE_VALF, -HUGE_VALF, std::nanf("")}) {
        std::vector<float> diverged = global;
        diverged[3] = bad;
        const Buffer<float> g(device, diverged);
        for (const auto range : {formula::Calibration::minmax, formula::Calibration::mse}) {
            by.schedule = "";
            by.range = range;
            EXPECT_EQ(error_of(
                          [&] {
                              (void)Quantize(by, layout).encode(device, {7, g.data()});
                          },
                          Fault::run),
                      "round 7: stage quantize: a weight of the model is not finite: training has "
                      "diverged");
        }
    }
}

} // namespace
} // namespace fedmrn::test
