// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/stage/qat.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/quantized_by_hand.hpp"
#include "tests/support/training_test.hpp"

namespace fedmrn::test {
namespace {

using formula::Calibration;
using Per = QuantizationOptions::Per;

class QatStage : public TrainingTest {
protected:
    static QuantizationOptions options(std::uint32_t bits, Per per = Per::channel,
                                       Calibration range = Calibration::minmax) {
        QuantizationOptions made;
        made.bits = bits;
        made.per = per;
        made.range = range;
        made.percentile = 80;
        return made;
    }
    Stages stages_of(const QuantizationOptions& options) {
        return Stages({std::make_shared<const Qat>(options, model.layout)});
    }
};
INSTANTIATE_TEST_SUITE_P(On, QatStage, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// A first step runs on the model's own weights, quantized: its gradient, and so the update, is
/// that of a model that has those weights.
TEST_P(QatStage, AStepRunsOnQuantizedWeights) {
    const auto plain = train(*fedavg, Stages(), global, 2, one_step, {16, 9});
    for (const std::uint32_t bits : {2u, 8u}) {
        for (const Per per : {Per::channel, Per::tensor}) {
            const ByHand hand = quantized_by_hand(
                model.layout, global, {100, bits, Calibration::minmax, true}, per == Per::channel);
            const auto sent =
                train(*fedavg, stages_of(options(bits, per)), global, 2, one_step, {16, 9});
            EXPECT_NE(sent, plain);
            EXPECT_EQ(sent, train(*fedavg, Stages(), hand.state, 2, one_step, {16, 9})) << bits;
        }
    }
}

/// What is trained stays float32: the second step quantizes global + update, and a weight can move
/// by less than a step of its grid.
TEST_P(QatStage, TheUpdateIsNotRounded) {
    const auto sent = train(*fedavg, stages_of(options(2)), global, 1, steps, {40});
    std::size_t small = 0;
    for (std::size_t i = 0; i < model.layout.masked; ++i) {
        const float moved = std::abs(sent[0].dense[i]);
        small += moved > 0.0f && moved < 0.25f; // the grid's step is near 0.5
    }
    EXPECT_GT(small, model.layout.masked / 2);
}

/// Straight through where a weight is in the range, nothing where it was clipped.
TEST_P(QatStage, ClippedWeightsHaveNoGradient) {
    const auto whole =
        train(*fedavg, stages_of(options(4, Per::tensor)), global, 1, one_step, {16});
    const auto clipped = train(*fedavg, stages_of(options(4, Per::tensor, Calibration::percentile)),
                               global, 1, one_step, {16});
    for (const TensorSpec& tensor : model.layout.tensors) {
        if (tensor.role != Role::masked) continue;
        std::vector<float> magnitudes;
        for (std::size_t i = 0; i < tensor.elements(); ++i) {
            magnitudes.push_back(std::abs(global[tensor.offset + i]));
        }
        std::vector<float> sorted = magnitudes;
        std::ranges::sort(sorted);
        const auto rank =
            static_cast<std::size_t>(std::ceil(0.8 * static_cast<double>(sorted.size())));
        const float step = sorted[rank - 1] / 7;
        std::size_t still = 0, outside = 0;
        for (std::size_t i = 0; i < tensor.elements(); ++i) {
            const float update = clipped[0].dense[tensor.offset + i];
            if (magnitudes[i] > 7.5001f * step) {
                EXPECT_EQ(update, 0.0f) << tensor.name << ", " << i;
                ++outside;
            }
            still += update == 0.0f && whole[0].dense[tensor.offset + i] != 0.0f;
        }
        EXPECT_GT(outside, 0u) << tensor.name;
        EXPECT_GE(still, outside);
        EXPECT_LE(still, tensor.elements() / 2) << tensor.name;
    }
}

TEST_P(QatStage, StandsOnEveryMethodInAnyNumberOfLanes) {
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make_method(named.config, model.layout, 11);
        for (const Calibration range : {Calibration::minmax, Calibration::mse}) {
            const Stages stages = stages_of(options(3, Per::channel, range));
            const auto one = train(*method, stages, global, 1, steps, {23, 8, 40});
            EXPECT_EQ(one, train(*method, stages, global, 3, steps, {23, 8, 40})) << named.name;
            if (named.config.name != "fedpm") { // whose weights are 0 and ± one magnitude: exact
                EXPECT_NE(one, train(*method, Stages(), global, 1, steps, {23, 8, 40}))
                    << named.name;
            }
        }
    }
}

/// A step is recorded once; the bits of a later round reach it.
TEST_P(QatStage, RecordedStepsFollowTheSchedule) {
    QuantizationOptions falling = options(8);
    falling.schedule = "5:2";
    const auto later = train(*fedavg, stages_of(falling), global, 2, steps, {23, 8}, {4, 5});
    EXPECT_EQ(later, train(*fedavg, stages_of(options(2)), global, 2, steps, {23, 8}, {5}));
    EXPECT_NE(later, train(*fedavg, stages_of(options(8)), global, 2, steps, {23, 8}, {5}));
}

TEST_P(QatStage, PutToUseTheWeightsAreWhatAStepRunsOn) {
    const Qat stage(options(4), model.layout);
    Buffer<float> weights(device, global);
    stage.on_deployment(device, 1, weights.data());
    const ByHand hand =
        quantized_by_hand(model.layout, global, {100, 4, Calibration::minmax, true}, true);
    EXPECT_TRUE(same_bits(weights.read(), hand.state));
    EXPECT_TRUE(stages_of(options(4)).deploys());
    EXPECT_FALSE(Stages().deploys());
}

} // namespace
} // namespace fedmrn::test
