// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <numbers>

#include "kernels/mask.hpp"
#include "tests/engine/method/packed_values.hpp"

namespace fedmrn::test {
namespace {

using SignSgdTest = MethodTest;
INSTANTIATE_TEST_SUITE_P(On, SignSgdTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

MethodConfig voting(const std::string& vote) {
    return {"signsgd", {{"magnitude", 0.5}, {"vote", vote}}};
}

/// ‖D‖₁/d = (1 + 3 + 4) / 4 = 2.
TEST_P(SignSgdTest, SendsSignsAndTheMeanMagnitude) {
    const auto method = make_method(voting("scaled"), one_tensor(4));
    const Message sent = message_from(device, *method, {1.0f, -3.0f, 0.0f, -4.0f});
    EXPECT_EQ(sent.packed[0] & ~0b0100u, 0b1010u); // the zero's is drawn
    EXPECT_EQ(sent.scales, (std::vector<float>{2.0f}));
}

/// A weight without an update has a fair coin for its sign, of +0 and −0 alike, and the others keep
/// theirs: as +, it would drift upwards with every round. Five deviations of 2¹⁷ throws.
TEST_P(SignSgdTest, ZeroIsAFairCoin) {
    constexpr std::size_t n = 1 << 18;
    std::vector<float> update(n);
    for (std::size_t i = 0; i < n; ++i) {
        update[i] = i % 2 == 0 ? (i % 4 == 0 ? 0.0f : -0.0f) : (i % 4 == 1 ? 1e-30f : -1e-30f);
    }
    const auto method = make_method(voting("majority"), one_tensor(n));
    const Message sent = message_from(device, *method, update);
    long zeros = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const bool minus = (sent.packed[i / 32] >> i % 32 & 1u) != 0;
        if (update[i] == 0.0f) {
            zeros += minus ? -1 : 1;
        } else {
            ASSERT_EQ(minus, update[i] < 0.0f) << i;
        }
    }
    EXPECT_LT(std::abs(zeros), 5 * std::sqrt(n / 2.0));
    EXPECT_NE(message_from(device, *method, update, 8).packed, sent.packed) << "the seed decides";
}

/// Clients of 1, 1 and 2 samples: a tie, a majority, and all as one.
TEST_P(SignSgdTest, VotesBySamples) {
    for (const std::string vote : {"majority", "mean"}) {
        const auto method = make_method(voting(vote), one_tensor(3));
        std::vector<Message> messages{message_from(device, *method, {1, 1, 1}),
                                      message_from(device, *method, {1, -1, 1}),
                                      message_from(device, *method, {-1, -1, 1})};
        messages[2].samples = 2;
        EXPECT_TRUE(messages[0].scales.empty());
        const std::vector<double> expected = vote == "majority"
                                                 ? std::vector<double>{0.0, -0.5, 0.5, 0.0}
                                                 : std::vector<double>{0.0, -0.25, 0.5, 0.0};
        EXPECT_EQ(change_of(*method, device, {}, messages, 4), expected);
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
    const MethodConfig config = voting("scaled");
    const auto method = make_method(config, one_tensor(n));
    const auto decoded = values_of(message_from(device, *method, update), config);
    EXPECT_NEAR(normalised_error(decoded, update), 1.0 - 2.0 / std::numbers::pi, 0.01);
}

} // namespace
} // namespace fedmrn::test
