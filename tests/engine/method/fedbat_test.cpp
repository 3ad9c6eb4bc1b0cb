// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/method/packed_values.hpp"

#include "fedmrn/images.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/reason.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/witness.hpp"

namespace fedmrn::test {
namespace {

const MethodConfig config{"fedbat"};

class FedBatTest : public MethodTest {
protected:
    std::size_t tensors() const {
        return static_cast<std::size_t>(
            std::count_if(model.layout.tensors.begin(), model.layout.tensors.end(),
                          [](const TensorSpec& t) { return t.role == Role::masked; }));
    }
    /// All variables of a client: the update, exponents a and starts α0.
    std::vector<float> variables(std::uint64_t seed, float exponent, float start) {
        auto values = updates(seed);
        values.resize(values.size() + tensors(), exponent);
        values.resize(values.size() + tensors(), start);
        return values;
    }
    /// What one client of `samples` samples sends after its training.
    Message trained(const Method& how, std::uint32_t samples, const ClientConfig& client) {
        const Federation federation(device, model, {samples});
        const Buffer<float> g(device, global);
        const Stages stages = make_stages(client, config, model.layout);
        LaneGroup group(device, model, how, stages, client, 1, Real::f32);
        Message sent;
        bool taken = false;
        group.run(
            federation.resident.view(), {7, g.data()},
            [&]() -> std::optional<ClientTask> {
                if (taken) return std::nullopt;
                taken = true;
                return federation.tasks[0];
            },
            [&](const ClientTask&, const MessageView& message, const LaneMetrics&) {
                sent = owned(message);
            },
            [](std::uint64_t) {}, {});
        return sent;
    }
    const std::unique_ptr<Method> method = make_method(config, model.layout, 5);
};
INSTANTIATE_TEST_SUITE_P(On, FedBatTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Through the bytes and back, and one client's aggregate is ±α.
TEST_P(FedBatTest, OneMessageAggregatesToItsSigns) {
    const Message sent = message(*method, 3, 64, variables(1, 0.05f, 0.01f));
    const Message received = decode(encode(sent), method->uplink->table(7));
    ASSERT_EQ(received, sent);
    for (const float alpha : sent.scales) EXPECT_NEAR(alpha, 0.01 * std::exp(0.3), 1e-8);
    const auto mean = aggregate(*method, {received});
    const auto expected = values_of(sent, config);
    ASSERT_EQ(expected.size(), model.layout.masked);
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(mean[i], expected[i], 0x1p-40);
    for (std::size_t i = 0; i < sent.dense.size(); ++i)
        ASSERT_NEAR(mean[expected.size() + i], double{sent.dense[i]}, 0x1p-40);
}

/// E[decoded] = clip(u, ±α): z over all elements of 200 seeds, towards the update's side.
TEST_P(FedBatTest, TheMeanIsTheClippedUpdate) {
    const auto values = variables(1, 0.0f, 0.012f);
    double error = 0, variance = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Message sent = message(*method, seed, 64, values);
        const double alpha = double{sent.scales[0]};
        const auto decoded = values_of(sent, config);
        for (std::size_t i = 0; i < decoded.size(); ++i) {
            const double mean = std::clamp(double{values[i]}, -alpha, alpha);
            error += (decoded[i] - mean) * (values[i] > 0 ? 1 : -1);
            variance += alpha * alpha - mean * mean;
        }
    }
    EXPECT_LT(std::abs(error), z_9999 * std::sqrt(variance) + 1e-5);
}

/// A client of one step binarizes an update of zeros: α is at its lower limit there,
/// and the message's begins at the trained update's mean magnitude.
TEST_P(FedBatTest, AClientOfOneStepSendsItsMeanMagnitude) {
    const ClientConfig client{.epochs = 1, .batch = 8, .lr = 0.05};
    const Witness& witness = watch(*method, model.layout);
    const Message sent = trained(*method, 5, client);
    ASSERT_EQ(sent.scales.size(), tensors());
    const std::vector<float>& variables = witness.seen.at(0).update;
    std::size_t t = 0;
    for (const TensorSpec& tensor : model.layout.tensors) {
        if (tensor.role != Role::masked) continue;
        double sum = 0;
        for (std::size_t i = 0; i < tensor.elements(); ++i)
            sum += std::abs(double{variables[tensor.offset + i]});
        const double a = double{variables[model.layout.trainable + t]};
        const double start = std::clamp(sum / static_cast<double>(tensor.elements()), 5e-4, 5e-2);
        const double alpha = std::clamp(start * std::exp(6.0 * a), 5e-4, 5e-2);
        EXPECT_NEAR(double{sent.scales[t++]}, alpha, 1e-6 * alpha) << tensor.name;
    }
}

/// Of five steps the first two are those of FedAvg; after the third, the exponents have moved.
TEST_P(FedBatTest, TheScaleIsTrained) {
    const ClientConfig client{.epochs = 1, .batch = 8, .lr = 0.05};
    const Message sent = trained(*method, 40, client);
    // α0 is the mean magnitude of the update after two steps, of 16 samples of the 40.
    const Witness& witness = watch(*method, model.layout);
    ASSERT_EQ(trained(*method, 40, client), sent);
    const std::vector<float>& variables = witness.seen.at(0).update;
    for (std::size_t t = 0; t < tensors(); ++t) {
        const float a = variables[model.layout.trainable + t];
        const float start = variables[model.layout.trainable + tensors() + t];
        EXPECT_NE(a, 0.0f);
        EXPECT_GT(start, 0.0f);
        const double alpha = std::clamp(double{start} * std::exp(6.0 * double{a}), 5e-4, 5e-2);
        EXPECT_NEAR(double{sent.scales[t]}, alpha, 1e-6 * alpha);
    }
    // Decay pulls the update, not α0 or a, whose gradients it does not change by much.
    ClientConfig decaying = client;
    decaying.weight_decay = 1e-7;
    const Message other = trained(*method, 40, decaying);
    for (std::size_t t = 0; t < tensors(); ++t)
        EXPECT_NEAR(other.scales[t], sent.scales[t], 1e-3 * double{sent.scales[t]});
}

TEST_P(FedBatTest, HasAnExponentAndAStartOfEachTensor) {
    EXPECT_EQ(method->local->count(), model.layout.trainable + 2 * tensors());
    EXPECT_FALSE(method->local->decays_weights());
    for (const TensorEntry& entry : method->uplink->table(7))
        EXPECT_TRUE(entry.encoding == packed_encoding(1, true) ||
                    entry.encoding == Encoding::float32);
}

TEST_P(FedBatTest, AMessageOfAnotherMethodIsOneLine) {
    const Message theirs = message(*make_method({"signsgd"}, model.layout), 9, 5, updates(1));
    EXPECT_TRUE(
        one_line([&] { aggregate(*method, {theirs}); }, "client 9: made with another method"));
}

/// A bit a masked weight and a float32 a tensor: docs/message.md.
TEST(FedBatLedger, Cnn4CostsWhatTheBytesSay) {
    const Model cnn4 = make_model("cnn4", shape_of_images({28, 28, 1}, 10));
    const auto device = open_device(DeviceKind::cpu);
    const auto method = make_method(config, cnn4.layout, 1);
    std::vector<float> values = initial_state(cnn4, 1);
    const Buffer<float> w(*device, values);
    values.resize(method->local->count());
    const Buffer<float> u(*device, values);
    const Message sent = sent_by(*method, *device, {1, w.data()}, {1, 1, 1, u.data(), w.data()});
    EXPECT_EQ(encode(sent).size(), 112U + 389'920 / 8 + 4 * 5 + 4 * 1'920);
    EXPECT_EQ(encode(sent).size(), 56'552U);
}

} // namespace
} // namespace fedmrn::test
