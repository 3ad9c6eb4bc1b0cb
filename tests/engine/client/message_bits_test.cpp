// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/compare.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/narrow_models.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/witness.hpp"

namespace fedmrn::test {
namespace {

class MessageBits : public OnDevice {
protected:
    /// Trains a cohort on the device; the messages by the witness's order.
    std::vector<Message> train(const Witness& method, const std::vector<float>& start) {
        const Federation federation(device, model, {16, 1, 37, 5, 64});
        const Buffer<float> global(device, start);
        LaneGroup group(device, model, method, {.epochs = 2, .batch = 8, .lr = 0.05}, 3, Real::f32);
        std::vector<Message> messages;
        std::size_t taken = 0;
        group.run(
            federation.resident.view(), {4, global.data()},
            [&] { return taken < 5 ? std::optional(federation.tasks[taken++]) : std::nullopt; },
            [&](const ClientTask&, Message message, const LaneMetrics&) {
                messages.push_back(std::move(message));
            },
            [](std::uint64_t) {}, {});
        return messages;
    }
    const ModelSpec model = narrow_cnn();
};
INSTANTIATE_TEST_SUITE_P(On, MessageBits, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Trained on the device under test, each update gives the same bytes on the CPU, and the messages
/// the same mean.
TEST_P(MessageBits, AreThoseOfTheCpuForTheSameUpdates) {
    const auto cpu = open_device(DeviceKind::cpu);
    const std::vector<float> start = random_state(model, 1);
    const Buffer<float> global(*cpu, start);
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make_method(named.config, model.layout);
        const Witness witness(*method, model.layout);
        const std::vector<Message> messages = train(witness, start);
        ASSERT_EQ(messages.size(), 5u);
        for (std::size_t k = 0; k < messages.size(); ++k) {
            const Trained& kept = witness.seen[k];
            const Buffer<float> update(*cpu, kept.update), weights(*cpu, kept.weights);
            TrainedClient client = kept.client;
            client.round.global = global.data();
            client.update = update.data();
            client.weights = weights.data();
            EXPECT_EQ(encode(method->encode(*cpu, client)), encode(messages[k]))
                << named.name << ", client " << client.client;
        }
        Buffer<double> there(device, model.layout.state), here(*cpu, model.layout.state);
        const Buffer<float> start_there(device, start);
        method->aggregate(device, {4, start_there.data()}, messages, there.data());
        method->aggregate(*cpu, {4, global.data()}, messages, here.data());
        EXPECT_TRUE(same_bits(there.read(), here.read())) << named.name;
    }
}

} // namespace
} // namespace fedmrn::test
