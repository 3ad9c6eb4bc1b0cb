// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/method_test.hpp"
#include "tests/support/option.hpp"

#include "fedmrn/images.hpp"
#include "kernels/mask.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

MethodConfig config(const std::string& mask, const std::string& noise) {
    return {"fedmrn", {{"mask", mask}, {"noise", noise}, {"magnitude", 0.01}}};
}

formula::NoiseShape noise_shape(const std::string& word) {
    using enum formula::NoiseShape;
    return word == "uniform" ? uniform : word == "gaussian" ? gaussian : bernoulli;
}

class FedMrnTest : public MethodTest {
protected:
    /// Noise ⊙ mask of a message, element by element.
    std::vector<float> decoded(const Message& message, const MethodConfig& how) {
        const auto shape = noise_shape(option<std::string>(how, "noise"));
        const std::size_t n = model.layout.masked;
        Buffer<float> noise(device, n);
        kernels::make_noise(device, formula::noise_rule(shape, option<double>(how, "magnitude")),
                            message.seed, n, noise.data());
        auto values = noise.read();
        for (std::size_t i = 0; i < n; ++i) {
            const bool bit = message.mask[i / 32] >> i % 32 & 1;
            if (!bit) values[i] = option<std::string>(how, "mask") == "binary" ? 0.0f : -values[i];
        }
        return values;
    }
};
INSTANTIATE_TEST_SUITE_P(On, FedMrnTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// A message of one client comes out of the aggregation as exactly its noise ⊙ mask and its dense
/// values; N = 64 divides without rounding.
TEST_P(FedMrnTest, OneMessageAggregatesToItsMaskedNoise) {
    for (const std::string mask : {"binary", "signed"}) {
        for (const std::string noise : {"uniform", "gaussian", "bernoulli"}) {
            const MethodConfig how = config(mask, noise);
            const auto method = make_method(how, model.layout);
            const Message sent = message(*method, 3, 64, updates(1));
            const Message received = decode(encode(sent), method->uplink->table(7));
            EXPECT_EQ(received, sent);
            const auto mean = aggregate(*method, {received});
            const auto expected = decoded(sent, how);
            for (std::size_t i = 0; i < expected.size(); ++i) {
                ASSERT_EQ(static_cast<float>(mean[i]), expected[i]) << i;
            }
            for (std::size_t i = 0; i < sent.dense.size(); ++i) {
                ASSERT_NEAR(mean[expected.size() + i], double{sent.dense[i]}, 0x1p-40);
            }
        }
    }
}

/// The weights N_k, against float64.
TEST_P(FedMrnTest, WeightsClientsBySamples) {
    const MethodConfig how = config("signed", "uniform");
    const auto method = make_method(how, model.layout);
    const Message a = message(*method, 1, 100, updates(1)),
                  b = message(*method, 2, 300, updates(2));
    const auto mean = aggregate(*method, {a, b});
    const auto of_a = decoded(a, how), of_b = decoded(b, how);
    for (std::size_t i = 0; i < of_a.size(); ++i) {
        ASSERT_NEAR(mean[i], 0.25 * double{of_a[i]} + 0.75 * double{of_b[i]}, 1e-9);
    }
}

/// Masked tensors send a bit a value; biases, BatchNorm and statistics stay float32.
TEST_P(FedMrnTest, TheTableMasksWeightsOnly) {
    const auto method = make_method({}, model.layout);
    std::uint64_t masked = 0, dense = 0;
    for (const TensorEntry& entry : method->uplink->table(7)) {
        (entry.encoding == Encoding::mask ? masked : dense) += entry.elements;
    }
    EXPECT_EQ(masked, model.layout.masked);
    EXPECT_EQ(masked + dense, model.layout.state);
    EXPECT_EQ(method->uplink->table(7).size(), model.layout.tensors.size());
    EXPECT_FALSE(method->local->decays_weights());
}

/// Post-training masking trains on w + u and masks the same update at the end.
TEST_P(FedMrnTest, PostTrainingMaskingTrainsDensely) {
    MethodConfig how = config("binary", "uniform");
    const auto masking = make_method(how, model.layout);
    how["post_training"] = true;
    const auto after = make_method(how, model.layout);
    const auto update = updates(1);
    const Buffer<LaneState> states(device, std::vector<LaneState>{{1, 0, 1, 4, 10, 1}});
    const Buffer<float> g(device, global);
    Buffer<float> u(device, update), weights(device, model.layout.state);
    const Buffer<std::byte> data(device, masking->local->round_data({7}));
    const LocalStep step{g.data(),      data.data(),         1, states.data(),
                         {u.data(), 0}, {weights.data(), 0}, {}};
    after->local->weights(device, step);
    const auto local = weights.read();
    for (std::size_t i = 0; i < update.size(); ++i) ASSERT_EQ(local[i], global[i] + update[i]);
    EXPECT_EQ(message(*after, 1, 5, update), message(*masking, 1, 5, update));
    masking->local->weights(device, step);
    EXPECT_NE(weights.read(), local);
    const auto dense = weights.read(); // what is not masked is the same in both
    for (std::size_t i = model.layout.masked; i < update.size(); ++i) ASSERT_EQ(dense[i], local[i]);
}

TEST_P(FedMrnTest, AMessageOfAnotherExperimentIsOneLine) {
    const auto ours = make_method(config("binary", "uniform"), model.layout);
    MethodConfig louder = config("binary", "uniform");
    louder["magnitude"] = 0.02;
    for (const MethodConfig& how :
         {config("signed", "uniform"), config("binary", "gaussian"), louder}) {
        const Message sent = message(*make_method(how, model.layout), 9, 5, updates(1));
        EXPECT_TRUE(one_line([&] { aggregate(*ours, {sent}); },
                             "client 9: made with another method or other options"));
    }
}

TEST_P(FedMrnTest, ADivergedClientIsOneLine) {
    const auto method = make_method({}, model.layout);
    auto update = updates(1);
    update.back() = -5e6f; // dense
    const Message huge = message(*method, 42, 600, update);
    EXPECT_TRUE(one_line([&] { aggregate(*method, {huge}); }, "round 7, client 42", Fault::run));
}

/// Bits a trainable parameter, the message's header and table aside: the paper's models.
TEST(Ledger, UplinkIsWhatTheSpecificationSays) {
    struct Case {
        const char* name;
        ImageShape input;
        std::uint32_t classes;
        double bits;
    };
    for (const Case& c :
         {Case{"cnn4", {28, 28, 1}, 10, 1.155}, Case{"cnn4", {32, 32, 3}, 10, 1.152},
          Case{"cnn8", {32, 32, 3}, 10, 1.102}, Case{"cnn8", {32, 32, 3}, 100, 1.095}}) {
        const Model model = make_model(c.name, shape_of_images(c.input, c.classes));
        const auto method = make_method({}, model.layout);
        Message sent;
        sent.samples = 1;
        sent.tensors = method->uplink->table(7);
        sent.mask.resize((model.layout.masked + 31) / 32);
        sent.dense.resize(model.layout.state - model.layout.masked);
        const double payload = 32.0 * static_cast<double>(sent.mask.size() + sent.dense.size());
        const double parameters = static_cast<double>(model.layout.trainable);
        EXPECT_NEAR(payload / parameters, c.bits, 0.0005) << c.name;
        const double all = 8.0 * static_cast<double>(encode(sent).size());
        EXPECT_GT(all, payload);
        EXPECT_LT(all, payload + 8 * (48 + 4 + 8 + 8 * static_cast<double>(sent.tensors.size())));
    }
}

/// However far the rate falls, noise is between its floor and 1e-7.
TEST_P(FedMrnTest, FallingNoiseHasAnEnd) {
    const auto method =
        make_method({"fedmrn", {{"mask", "signed"}, {"magnitude_decay", true}}}, model.layout);
    const Buffer<float> g(device, global), u(device, updates(1));
    for (const double decay : {1e-5, 1e-9, 1e-30, 0.0}) {
        const RoundContext round{7, g.data(), decay};
        const Message sent = sent_by(*method, device, round, {1, 1001, 64, u.data(), g.data()});
        EXPECT_EQ(sent.parameter, 1e-7f) << decay;
        const auto change = change_of(*method, device, round, {sent}, model.layout.state);
        for (std::size_t i = 0; i < model.layout.masked; ++i) {
            ASSERT_GE(std::abs(change[i]), 0.999e-8) << i;
            ASSERT_LE(std::abs(change[i]), 1.001e-7) << i;
        }
    }
}

} // namespace
} // namespace fedmrn::test
