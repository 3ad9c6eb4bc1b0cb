// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/method_test.hpp"

#include <numbers>

#include "fedmrn/images.hpp"
#include "kernels/update.hpp"
#include "tests/support/reason.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

const MethodConfig config{"fedpm"};

double sigmoid(double s) { return 1.0 / (1.0 + std::exp(-s)); }

class FedPmTest : public MethodTest {
protected:
    static bool bit(const Message& message, std::size_t i) {
        return message.mask[i / 32] >> i % 32 & 1;
    }
    /// The weights that a method evaluates in a round whose state is `state`.
    std::vector<float> evaluated(const Method& by, const std::vector<float>& state,
                                 std::uint32_t round) {
        const Buffer<float> g(device, state);
        Buffer<float> room;
        DevicePointer<const float> weights =
            by.local->model_weights(device, {round, g.data()}, room);
        std::vector<float> host(state.size());
        device.copy_out(host.data(), weights, host.size() * sizeof(float));
        return host;
    }
    const std::unique_ptr<Method> method = make_method(config, model.layout, 5);
};
INSTANTIATE_TEST_SUITE_P(On, FedPmTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// The server's step leaves the scores of the mean mask, to float32's rounding, whatever they were;
/// clients count alike, however many samples they hold.
TEST_P(FedPmTest, TheNextScoresAreThoseOfTheMeanMask) {
    std::vector<Message> messages;
    for (std::uint64_t k = 0; k < 7; ++k) {
        const Message sent = message(*method, k, 1 + 100 * k, updates(k, 3.0));
        messages.push_back(decode(encode(sent), method->uplink->table(7)));
        ASSERT_EQ(messages.back(), sent);
    }
    const auto change = aggregate(*method, messages);
    const Buffer<double> mean(device, change);
    Buffer<float> state(device, global);
    kernels::server_step(device, 1.0, 0.0, model.layout.trainable, mean.data(), nullptr,
                         state.data());
    const auto next = state.read();
    for (std::size_t i = 0; i < model.layout.masked; ++i) {
        double ones = 0;
        for (const Message& one : messages) ones += bit(one, i);
        const double theta = std::clamp(ones / 7, 0.1 / 7, 1 - 0.1 / 7);
        const double score = std::log(theta / (1 - theta));
        ASSERT_NEAR(double{next[i]}, score, 0x1.01p-24 * std::abs(score)) << ones;
    }
    double samples = 0, first = 0; // of the first bias, by samples
    for (const Message& one : messages) {
        samples += static_cast<double>(one.samples);
        first += static_cast<double>(one.samples) * double{one.dense[0]};
    }
    EXPECT_NEAR(change[model.layout.masked], first / samples, 1e-9);
}

/// A client's bits are set with probability sigmoid(global + update): χ² of ten classes of θ.
TEST_P(FedPmTest, MasksFollowTheScores) {
    double z = 0, count = 0;
    for (std::uint64_t k = 0; k < 200; ++k) {
        const auto update = updates(k, 3.0);
        const Message sent = message(*method, k, 5, update);
        for (std::size_t i = 0; i < model.layout.masked; ++i) {
            const double theta = sigmoid(double{global[i] + update[i]});
            z += ((bit(sent, i) ? 1.0 : 0.0) - theta) * (update[i] > 0 ? 1 : -1);
            count += theta * (1 - theta);
        }
    }
    EXPECT_LT(std::abs(z), z_9999 * std::sqrt(count));
}

/// Every score starts at zero; nothing else is touched.
TEST_P(FedPmTest, EveryWeightStartsWithProbabilityOneHalf) {
    std::vector<float> state = global;
    method->local->initialise(state);
    for (std::size_t i = 0; i < state.size(); ++i)
        ASSERT_EQ(state[i], i < model.layout.masked ? 0.0f : global[i]);
}

/// ±e/√fan-in or 0; the rest is the state's. Another round draws another mask over the same signs,
/// another experiment has other signs.
TEST_P(FedPmTest, TheModelIsFrozenWeightsUnderAMask) {
    const auto first = evaluated(*method, global, 3), again = evaluated(*method, global, 3);
    EXPECT_TRUE(same_bits(first, again));
    const auto later = evaluated(*method, global, 4),
               other = evaluated(*make_method(config, model.layout, 6), global, 3);
    std::size_t there = 0, moved = 0, turned = 0, both = 0;
    double expected = 0;
    for (const TensorSpec& tensor : model.layout.tensors) {
        const double fan_in = static_cast<double>(tensor.elements() / tensor.shape.front());
        for (std::size_t i = tensor.offset; i < tensor.offset + tensor.elements(); ++i) {
            if (tensor.role != Role::masked) {
                ASSERT_EQ(first[i], global[i]);
                continue;
            }
            if (first[i] != 0.0f) {
                const double size = std::numbers::e / std::sqrt(fan_in);
                ASSERT_NEAR(std::abs(double{first[i]}), size, 1e-7 * size);
                ++there;
            }
            expected += sigmoid(double{global[i]});
            ASSERT_GE(first[i] * later[i], 0.0f);
            moved += first[i] != later[i];
            both += first[i] * other[i] != 0.0f;
            turned += first[i] * other[i] < 0.0f;
        }
    }
    const auto n = static_cast<double>(model.layout.masked), half = 0.5 / std::sqrt(n);
    EXPECT_NEAR(static_cast<double>(there) / n, expected / n, z_9999 * half);
    EXPECT_NEAR(static_cast<double>(moved) / n, 0.5, 0.1);
    EXPECT_NEAR(static_cast<double>(turned), 0.5 * static_cast<double>(both),
                z_9999 * 0.5 * std::sqrt(static_cast<double>(both)));
}

/// A step's weights are as the evaluated ones, its gradient that of the scores at their rate; other
/// parameters train as they are.
TEST_P(FedPmTest, AStepTrainsScores) {
    const ParameterLayout& layout = model.layout;
    const auto update = updates(1, 2.0), slope = updates(2, 1.0);
    const Buffer<LaneState> states(device, std::vector<LaneState>{{11, 0, 1, 4, 10, 1}});
    const Buffer<float> g(device, global);
    Buffer<float> u(device, update), weights(device, layout.state), gradient(device, slope);
    const LocalStep step{g.data(),
                         nullptr,
                         1,
                         states.data(),
                         {u.data(), 0},
                         {weights.data(), 0},
                         {gradient.data(), 0}};
    method->local->weights(device, step);
    method->local->gradient(device, step);
    const auto made = weights.read(), turned = gradient.read();
    std::vector<float> certain = global; // so that every frozen weight is there
    std::fill_n(certain.begin(), layout.masked, 40.0f);
    const auto frozen = evaluated(*method, certain, 1);
    std::size_t absent = 0;
    for (std::size_t i = 0; i < layout.trainable; ++i) {
        if (i >= layout.masked) {
            ASSERT_EQ(made[i], global[i] + update[i]);
            ASSERT_EQ(turned[i], slope[i]);
            continue;
        }
        ASSERT_TRUE(made[i] == 0.0f || made[i] == frozen[i]);
        absent += made[i] == 0.0f;
        const double theta = sigmoid(double{global[i] + update[i]});
        const double expected = 3e4 * double{slope[i]} * double{frozen[i]} * theta * (1 - theta);
        ASSERT_NEAR(double{turned[i]}, expected, 1e-6 * std::abs(expected));
    }
    EXPECT_GT(absent, layout.masked / 4);
    EXPECT_LT(absent, layout.masked * 3 / 4);
    EXPECT_EQ(method->local->count(), layout.trainable);
}

TEST_P(FedPmTest, AMessageOfAnotherMethodIsOneLine) {
    const Message theirs = message(*make_method({}, model.layout), 9, 5, updates(1));
    EXPECT_TRUE(one_line([&] { aggregate(*method, {theirs}); },
                         "client 9: made with another method or other options"));
}

TEST_P(FedPmTest, ADivergedClientIsOneLine) {
    auto update = updates(1);
    update.back() = -5e6f; // dense
    const Message huge = message(*method, 42, 600, update);
    EXPECT_TRUE(one_line([&] { aggregate(*method, {huge}); }, "round 7, client 42", Fault::run));
}

/// A bit a masked weight, as FedMRN's: docs/message.md.
TEST(FedPmLedger, Cnn4CostsWhatTheBytesSay) {
    const Model cnn4 = make_model("cnn4", shape_of_images({28, 28, 1}, 10));
    const auto device = open_device(DeviceKind::cpu);
    const auto method = make_method(config, cnn4.layout, 1);
    const Buffer<float> w(*device, initial_state(cnn4, 1));
    const Message sent = sent_by(*method, *device, {1, w.data()}, {1, 1, 1, w.data(), w.data()});
    EXPECT_EQ(encode(sent).size(), 56'532U);
}

} // namespace
} // namespace fedmrn::test
