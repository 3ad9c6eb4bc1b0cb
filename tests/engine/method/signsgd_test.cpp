// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <numbers>

#include "kernels/mask.hpp"
#include "tests/engine/method/packed_values.hpp"

namespace fedmrn::test {
namespace {

using SignSgdTest = MethodTest;
INSTANTIATE_TEST_SUITE_P(On, SignSgdTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

MethodConfig voting(VoteKind vote) {
    return {.name = MethodName::signsgd, .magnitude = 0.5, .vote = vote};
}

/// ‖D‖₁/d = (1 + 3 + 0 + 4) / 4 = 2; zero counts as positive.
TEST_P(SignSgdTest, SendsSignsAndTheMeanMagnitude) {
    const auto method = make_method(voting(VoteKind::scaled), one_tensor(4));
    const Message sent = message_from(device, *method, {1.0f, -3.0f, 0.0f, -4.0f});
    EXPECT_EQ(sent.packed, (std::vector<std::uint32_t>{0b1010}));
    EXPECT_EQ(sent.scales, (std::vector<float>{2.0f}));
}

/// Clients of 1, 1 and 2 samples: a tie, a majority, and all as one.
TEST_P(SignSgdTest, VotesBySamples) {
    for (const VoteKind vote : {VoteKind::majority, VoteKind::mean}) {
        const auto method = make_method(voting(vote), one_tensor(3));
        std::vector<Message> messages{message_from(device, *method, {1, 1, 1}),
                                      message_from(device, *method, {1, -1, 1}),
                                      message_from(device, *method, {-1, -1, 1})};
        messages[2].samples = 2;
        EXPECT_TRUE(messages[0].scales.empty());
        Buffer<double> mean(device, 4);
        method->aggregate(device, {}, messages, mean.data());
        const std::vector<double> expected = vote == VoteKind::majority
                                                 ? std::vector<double>{0.0, -0.5, 0.5, 0.0}
                                                 : std::vector<double>{0.0, -0.25, 0.5, 0.0};
        EXPECT_EQ(mean.read(), expected);
    }
}

/// On Gaussian values the scaled sign errs by 1 − 2/π of their square. d = 2¹⁸: the standard
/// deviation is below 3e-3 (of ‖D‖₁²/(d‖D‖₂²), about 1.2/√d), so 0.01 is more than four of it.
TEST_P(SignSgdTest, ErrsOnGaussianValuesByOneMinusTwoOverPi) {
    constexpr std::size_t n = 1 << 18;
    Buffer<float> noise(device, n);
    kernels::make_noise(device, formula::noise_rule(formula::NoiseShape::gaussian, 0.01), 7, n,
                        noise.data());
    const auto update = noise.read();
    const MethodConfig config = voting(VoteKind::scaled);
    const auto method = make_method(config, one_tensor(n));
    const auto decoded = values_of(message_from(device, *method, update), config);
    EXPECT_NEAR(normalised_error(decoded, update), 1.0 - 2.0 / std::numbers::pi, 0.01);
}

} // namespace
} // namespace fedmrn::test
