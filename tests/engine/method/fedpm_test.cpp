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

/// Adam's steps of the scores' own gradient, by hand over three steps of the same gradient: they
/// are of about one whatever its size, and the moments stand behind the trainable parameters, from
/// zeros on. Dense parameters keep their gradient, and the mask that is sent knows no optimiser.
TEST_P(FedPmTest, AdamsDirectionIsThatOfTheScoresGradient) {
    const ParameterLayout& layout = model.layout;
    const std::size_t masked = layout.masked, trainable = layout.trainable;
    const auto adam = make_method({"fedpm", {{"optimizer", "adam"}}}, layout, 5);
    ASSERT_EQ(adam->local->count(), trainable + 2 * masked);
    const auto slope = updates(2, 1e-3);
    std::vector<float> update = updates(1, 2.0);
    update.resize(adam->local->count());
    const Buffer<float> g(device, global);
    Buffer<float> u(device, update), weights(device, layout.state);
    std::vector<double> m(masked), v(masked);
    for (std::uint32_t t = 0; t < 3; ++t) {
        const Buffer<LaneState> states(device, std::vector<LaneState>{{11, 0, 1, t, 10, 1}});
        std::vector<float> gradients = slope;
        gradients.resize(update.size());
        const auto of = [&](const Method& one) {
            Buffer<float> gradient(device, gradients);
            one.local->gradient(device, {g.data(),
                                         nullptr,
                                         1,
                                         states.data(),
                                         {u.data(), 0},
                                         {weights.data(), 0},
                                         {gradient.data(), 0}});
            return gradient.read();
        };
        const auto plain = of(*method), found = of(*adam);
        for (std::size_t i = 0; i < masked; ++i) {
            const double x = double{plain[i]} / 3e4;
            m[i] = 0.9 * m[i] + 0.1 * x;
            v[i] = 0.999 * v[i] + 0.001 * x * x;
            const double mean = m[i] / (1 - std::pow(0.9, t + 1));
            const double size = std::sqrt(v[i] / (1 - std::pow(0.999, t + 1))) + 1e-8;
            ASSERT_NEAR(double{found[i]}, mean / size, 1e-5) << t << ' ' << i;
        }
        for (std::size_t i = masked; i < found.size(); ++i) ASSERT_EQ(found[i], gradients[i]);
    }
    const Message sent = message(*adam, 3, 5, update), plain = message(*method, 3, 5, update);
    EXPECT_EQ(sent, plain);
}

/// Standard normal, those of another experiment others; the rest of the state stays.
TEST_P(FedPmTest, ScoresMayStartNormal) {
    const ParameterLayout layout = make_model("cnn4", shape_of_images({28, 28, 1}, 10)).layout;
    const MethodConfig drawn{"fedpm", {{"initial_scores", "gaussian"}}};
    std::vector<float> state(layout.state, 7.0f), other = state;
    make_method(drawn, layout, 5)->local->initialise(state);
    make_method(drawn, layout, 6)->local->initialise(other);
    double sum = 0, square = 0, both = 0;
    for (std::size_t i = 0; i < layout.masked; ++i) {
        sum += double{state[i]};
        square += double{state[i]} * double{state[i]};
        both += double{state[i]} * double{other[i]};
    }
    const auto n = static_cast<double>(layout.masked), root = std::sqrt(n);
    EXPECT_NEAR(sum / n, 0.0, z_9999 / root);
    EXPECT_NEAR(square / n, 1.0, z_9999 * std::sqrt(2.0) / root);
    EXPECT_NEAR(both / n, 0.0, z_9999 / root);
    for (std::size_t i = layout.masked; i < layout.state; ++i) ASSERT_EQ(state[i], 7.0f);
}

/// The mean of masks, of which the first is the one that is evaluated by default; none: the mean
/// of all that could be drawn. Nothing else of the method asks for how many there are.
TEST_P(FedPmTest, EvaluatesTheMeanOfMasks) {
    const auto with = [&](int masks) {
        return make_method({"fedpm", {{"eval_masks", masks}}}, model.layout, 5);
    };
    const auto one = evaluated(*method, global, 3), probable = evaluated(*with(0), global, 3);
    EXPECT_TRUE(same_bits(one, evaluated(*with(1), global, 3)));
    const auto distance = [&](const std::vector<float>& weights) {
        double sum = 0;
        for (std::size_t i = 0; i < model.layout.masked; ++i) {
            const double off = double{weights[i]} - double{probable[i]};
            sum += off * off;
        }
        return sum;
    };
    const auto ten = evaluated(*with(10), global, 3);
    EXPECT_NEAR(distance(ten) / distance(one), 0.1, 0.04);
    std::vector<float> certain = global; // so that every frozen weight is there
    std::fill_n(certain.begin(), model.layout.masked, 40.0f);
    const auto frozen = evaluated(*method, certain, 1);
    for (std::size_t i = 0; i < model.layout.masked; ++i) {
        const double expected = double{frozen[i]} * sigmoid(double{global[i]});
        ASSERT_NEAR(double{probable[i]}, expected, 1e-6 * std::abs(double{frozen[i]}));
    }
    for (std::size_t i = model.layout.masked; i < model.layout.state; ++i) {
        ASSERT_EQ(ten[i], global[i]);
        ASSERT_EQ(probable[i], global[i]);
    }
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
