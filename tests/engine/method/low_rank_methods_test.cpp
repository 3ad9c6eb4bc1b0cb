// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/images.hpp"
#include "tests/support/method_test.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

/// What PowerSGD and FedMUD have in common.
class LowRankMethods : public MethodTest {
protected:
    const std::vector<MethodConfig> configs{{"powersgd", {{"rank", 1}, {"error_feedback", false}}},
                                            {"powersgd", {{"rank", 2}, {"error_feedback", false}}},
                                            {"frozen_factor", {{"ratio", 1.0 / 32}}},
                                            {"frozen_factor", {{"ratio", 0.25}}},
                                            {"fedmud", {{"ratio", 0.1}}},
                                            {"fedmud", {{"ratio", 0.25}}}};
    const std::size_t state = model.layout.state, masked = model.layout.masked;
};
INSTANTIATE_TEST_SUITE_P(On, LowRankMethods, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Factors first, then what every method sends: the other parameters' update and the statistics.
TEST_P(LowRankMethods, SendFloatsAndGoThroughBytes) {
    for (const MethodConfig& config : configs) {
        const auto method = make_method(config, model.layout);
        const auto update = updates(1);
        const Message sent = message(*method, 3, 600, update);
        EXPECT_EQ(sent.tensors, method->uplink->table(7));
        EXPECT_EQ(decode(encode(sent), method->uplink->table(7)), sent);
        EXPECT_TRUE(sent.mask.empty() && sent.packed.empty() && sent.scales.empty());
        const std::size_t floats = sent.dense.size() - (state - masked);
        EXPECT_LT(floats, masked);
        for (std::size_t i = masked; i < state; ++i) {
            ASSERT_EQ(sent.dense[floats + i - masked],
                      i < update.size() ? update[i] : (global[i] + 0.25f) - global[i]);
        }
        const auto mean = aggregate(*method, {sent});
        for (std::size_t i = masked; i < state; ++i) {
            ASSERT_NEAR(mean[i], double{sent.dense[floats + i - masked]}, 0x1p-40);
        }
    }
}

/// 0.25 a + 0.75 b of what each alone decodes to; each stands on a grid of 2⁻⁴⁰.
TEST_P(LowRankMethods, WeightsClientsBySamples) {
    for (const MethodConfig& config : configs) {
        const auto method = make_method(config, model.layout);
        const Message a = message(*method, 1, 100, updates(1)),
                      b = message(*method, 2, 300, updates(2));
        const auto of_a = aggregate(*method, {a}), of_b = aggregate(*method, {b});
        const auto mean = aggregate(*method, {a, b});
        EXPECT_FALSE(same_bits(of_a, of_b));
        for (std::size_t i = 0; i < state; ++i) {
            ASSERT_NEAR(mean[i], 0.25 * of_a[i] + 0.75 * of_b[i], 0x1p-39);
        }
    }
}

TEST_P(LowRankMethods, AnUpdateOfZerosIsSentAsZeros) {
    for (const MethodConfig& config : configs) {
        const auto method = make_method(config, model.layout);
        const std::vector<float> zeros(model.layout.trainable, 0.0f);
        const Message sent = message(*method, 1, 5, zeros, 0.0f);
        for (const float value : sent.dense) ASSERT_EQ(value, 0.0f);
        for (const double value : aggregate(*method, {sent})) ASSERT_EQ(value, 0.0);
    }
}

TEST_P(LowRankMethods, AnotherExperimentsMessageIsOneLine) {
    for (const MethodConfig& ours : configs) {
        for (const MethodConfig& theirs : configs) {
            if (&ours == &theirs) continue;
            const Message sent = message(*make_method(theirs, model.layout), 9, 5, updates(1));
            const auto method = make_method(ours, model.layout);
            EXPECT_TRUE(one_line([&] { aggregate(*method, {sent}); },
                                 "client 9: made with another method or other options"));
        }
    }
}

/// Finite factors whose product is not sane.
TEST_P(LowRankMethods, ADivergedClientIsOneLine) {
    for (const MethodConfig& config : configs) {
        const auto method = make_method(config, model.layout);
        const Message sane = message(*method, 41, 600, updates(1));
        Message broken = message(*method, 42, 600, updates(1));
        std::fill(broken.dense.begin(), broken.dense.begin() + 8, 1e30f);
        EXPECT_NO_THROW(static_cast<void>(encode(broken)));
        EXPECT_TRUE(one_line(
            [&] {
                aggregate(*method, {sane, broken});
            },
            "round 7, client 42: its update holds ", Fault::run));
        auto infinite = updates(1);
        infinite[0] = std::numeric_limits<float>::infinity();
        EXPECT_TRUE(one_line([&] { encode(message(*method, 42, 600, infinite)); },
                             "expected a finite number", Fault::run));
    }
}

/// A magnitude of FedMUD's frozen factors that is not the usual one stands ahead of the others in
/// the message, which else is the same and means more or less by that; the server takes no other.
TEST_P(LowRankMethods, AMessageSaysWhichMagnitudeItMeans) {
    const auto with = [&](double magnitude) {
        return make_method({"fedmud", {{"ratio", 0.25}, {"frozen_magnitude", magnitude}}},
                           model.layout);
    };
    const auto usual = with(5.0), half = with(2.5), other = with(2.0);
    const auto update = updates(1);
    const Message sent = message(*half, 9, 600, update), plain = message(*usual, 9, 600, update);
    EXPECT_EQ(plain.variant, 0);
    EXPECT_EQ(sent.variant, 1);
    EXPECT_EQ(decode(encode(sent), half->uplink->table(7)), sent);
    ASSERT_EQ(sent.dense.size(), plain.dense.size() + 1);
    EXPECT_EQ(sent.dense.front(), 2.5f);
    EXPECT_TRUE(std::equal(plain.dense.begin(), plain.dense.end(), sent.dense.begin() + 1));
    const auto of_half = aggregate(*half, {sent}), of_usual = aggregate(*usual, {plain});
    for (const TensorSpec& tensor : model.layout.tensors) {
        // The ends of the model go as they are.
        const bool factors = tensor.role == Role::masked && tensor.offset != 0 &&
                             tensor.offset + tensor.elements() != masked;
        for (std::size_t i = tensor.offset; i < tensor.offset + tensor.elements(); ++i)
            ASSERT_NEAR(of_half[i], of_usual[i] * (factors ? 0.5 : 1.0), 0x1p-39) << i;
    }
    EXPECT_TRUE(one_line([&] { aggregate(*other, {sent}); },
                         "client 9: frozen factors of magnitude 2.5, expected 2"));
    EXPECT_TRUE(one_line([&] { aggregate(*other, {plain}); },
                         "client 9: made with another method or other options"));
}

/// CNN4 (28×28×1, 10 classes), five masked tensors of 32 × 9, 64 × 288, 128 × 576, 256 × 1152 and
/// 10 × 256, and 1,920 other values: 390,880 trainable parameters.
TEST(LowRankLedger, Cnn4CostsWhatTheBytesSay) {
    const Model cnn4 = make_model("cnn4", shape_of_images({28, 28, 1}, 10));
    struct Case {
        MethodConfig config;
        std::size_t floats, bytes; ///< floats of the masked tensors
    };
    // rank · Σ (m + n); round(ρ · max) · min of each tensor
    constexpr std::size_t sides = 41 + 352 + 704 + 1408 + 266;
    constexpr std::size_t factors = 1 * 9 + 9 * 64 + 18 * 128 + 36 * 256 + 8 * 10;
    for (const Case& c :
         {Case{{"powersgd", {{"rank", 4}, {"error_feedback", false}}}, 4 * sides, 52'136},
          Case{{"powersgd", {{"rank", 1}, {"error_feedback", false}}}, sides, 18'884},
          Case{{"frozen_factor"}, factors, 56'528},
          // R1 and L2 of the three convolutions in the middle, u = 2, 8, 31 and a = 10
          Case{{"fedmud"}, 288 + 2 * 100 * (2 + 8 + 31) + 2'560, 51'980}}) {
        const auto device = open_device(DeviceKind::cpu);
        const auto method = make_method(c.config, cnn4.layout);
        const auto start = initial_state(cnn4, 1);
        const Buffer<float> w(*device, start);
        const Message sent =
            sent_by(*method, *device, {1, w.data()}, {1, 1, 1, w.data(), w.data()});
        EXPECT_EQ(sent.dense.size(), c.floats + 1920);
        EXPECT_EQ(encode(sent).size(), c.bytes);
    }
}

} // namespace
} // namespace fedmrn::test
