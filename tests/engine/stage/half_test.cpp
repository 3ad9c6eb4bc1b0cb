// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "engine/server/downlink.hpp"
#include "engine/stage/half.hpp"
#include "tests/support/method_test.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn::test {
namespace {

using formula::HalfFormat;

using HalfStage = MethodTest;
INSTANTIATE_TEST_SUITE_P(On, HalfStage, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// What clients start from: every parameter rounded by the formula, every statistic as it was.
TEST_P(HalfStage, SendsParametersIn16BitsAndStatisticsIn32) {
    const ParameterLayout& layout = model.layout;
    ASSERT_GT(layout.state, layout.trainable);
    for (const HalfFormat format : {HalfFormat::float16, HalfFormat::bfloat16}) {
        const Half half({format}, layout);
        Downlink downlink(device, layout, half.model_codec());
        const Buffer<float> g(device, global);
        const Sent sent = downlink.send({7, g.data(), 0.5});
        EXPECT_EQ(sent.bytes, 2 * layout.trainable + 4 * (layout.state - layout.trainable));
        EXPECT_EQ(sent.round.round, 7U);
        EXPECT_EQ(sent.round.decay, 0.5);
        std::vector<float> received(layout.state);
        device.copy_out(received.data(), sent.round.global, layout.state * sizeof(float));
        std::size_t changed = 0;
        for (std::size_t i = 0; i < layout.state; ++i) {
            const float rounded = formula::of_half(format, formula::to_half(format, global[i]));
            ASSERT_EQ(received[i], i < layout.trainable ? rounded : global[i]) << i;
            changed += received[i] != global[i];
        }
        EXPECT_GT(changed, layout.trainable / 2);
        EXPECT_EQ(g.read(), global); // the server's own is left alone
        EXPECT_EQ(downlink.send({8, g.data()}).round.global, sent.round.global);
    }
}

TEST_P(HalfStage, WithoutACodecTheModelIsSentAsItIs) {
    const Buffer<float> g(device, global);
    const Sent sent = Downlink(device, model.layout, nullptr).send({7, g.data()});
    EXPECT_EQ(sent.round.global, g.data());
    EXPECT_EQ(sent.bytes, 4 * model.layout.state);
}

TEST_P(HalfStage, AModelThatDoesNotFitIsOneLine) {
    std::vector<float> large = global;
    large[3] = -65520.0f;
    const Buffer<float> g(device, large);
    const Half small({HalfFormat::float16}, model.layout),
        wide({HalfFormat::bfloat16}, model.layout);
    EXPECT_EQ(error_of(
                  [&] {
                      (void)small.encode(device, {7, g.data()});
                  },
                  Fault::run),
              "round 7: stage half: parameter 3 of the model is no finite float16, which ends at "
              "65504; bfloat16 has float32's range");
    EXPECT_NO_THROW((void)wide.encode(device, {7, g.data()}));
    large[3] = std::nanf("");
    const Buffer<float> none(device, large);
    EXPECT_THAT(error_of(
                    [&] {
                        (void)wide.encode(device, {7, none.data()});
                    },
                    Fault::run),
                testing::HasSubstr("no finite bfloat16: training has diverged"));
}

} // namespace
} // namespace fedmrn::test
