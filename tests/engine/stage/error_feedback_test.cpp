// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/engine/method/packed_values.hpp"

namespace fedmrn::test {
namespace {

class ErrorFeedbackTest : public OnDevice {
protected:
    static constexpr std::size_t n = 1000;

    /// What the client of memory sends for an update of n weights and a bias.
    Message send(const Stages& by, const std::vector<float>& values, std::vector<float>* memory) {
        const Buffer<float> u(device, values);
        return sent_by(*method, by, device, {1, u.data()}, {1, 7, 1, u.data(), u.data()}, memory);
    }
    std::vector<double> received(const Message& message) {
        return change_of(*method, device, {}, {&message, 1}, n + 1);
    }
    const MethodConfig config{"signsgd", {{"error_feedback", true}}};
    const std::unique_ptr<Method> method = make_method(config, one_tensor(n));
    const Stages stages = make_stages({}, config, one_tensor(n));
    const std::vector<float> update = RandomValues(1).values(n + 1, 0.02);
};
INSTANTIATE_TEST_SUITE_P(On, ErrorFeedbackTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// p = D + e, and e ← p − decode(message), by plain arithmetic; the bias keeps nothing.
TEST_P(ErrorFeedbackTest, KeepsWhatTheMessageLeftOut) {
    const Stages plain = make_stages({}, {"signsgd"}, one_tensor(n));
    EXPECT_EQ(plain.memory(), 0U);
    EXPECT_EQ(stages.memory(), n);
    std::vector<float> memory, error(n, 0.0f);
    for (int round = 0; round < 3; ++round) {
        std::vector<float> p = update;
        for (std::size_t i = 0; i < n; ++i) p[i] += error[i];
        std::vector<float> none;
        const Message sent = send(stages, update, &memory);
        EXPECT_EQ(sent, send(plain, p, &none));
        EXPECT_TRUE(none.empty());
        EXPECT_EQ(sent.dense, std::vector<float>{update[n]});
        const auto decoded = received(sent);
        for (std::size_t i = 0; i < n; ++i) {
            error[i] = static_cast<float>(static_cast<double>(p[i]) - decoded[i]);
        }
        EXPECT_TRUE(same_bits(memory, error));
    }
}

/// What has been received is what was trained but for what is still kept: nothing is ever lost.
/// Float32 rounds e twice a round: 50 rounds of values below 0.5 stay within 100 · 2⁻²⁵ · 0.5.
TEST_P(ErrorFeedbackTest, LosesNothing) {
    std::vector<float> memory;
    std::vector<double> total(n, 0.0);
    constexpr int rounds = 50;
    for (int round = 0; round < rounds; ++round) {
        const auto decoded = received(send(stages, update, &memory));
        for (std::size_t i = 0; i < n; ++i) total[i] += decoded[i];
    }
    for (std::size_t i = 0; i < n; ++i) {
        ASSERT_LT(std::abs(memory[i]), 0.5f);
        ASSERT_NEAR(total[i] + static_cast<double>(memory[i]),
                    rounds * static_cast<double>(update[i]), 100 * 0x1p-25 * 0.5)
            << i;
    }
}

} // namespace
} // namespace fedmrn::test
