// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/compare.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/narrow_models.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/one_round.hpp"
#include "tests/support/witness.hpp"

namespace fedmrn::test {
namespace {

class MessageBits : public OnDevice {
protected:
    /// Trains a cohort on the device; the messages by the witness's order.
    std::vector<Message> train(const Method& method, const std::vector<float>& start) {
        const Federation federation(device, model, {16, 1, 37, 5, 64});
        const Buffer<float> global(device, start);
        const Stages none;
        LaneGroup group(device, model, method, none, {.epochs = 2, .batch = 8, .lr = 0.05}, 3,
                        Real::f32);
        std::vector<Message> messages;
        std::size_t taken = 0;
        group.run(
            federation.resident.view(), {4, global.data()},
            [&] { return taken < 5 ? std::optional(federation.tasks[taken++]) : std::nullopt; },
            [&](const ClientTask&, const MessageView& message, const LaneMetrics&) {
                messages.push_back(owned(message));
            },
            [](std::uint64_t) {}, {});
        return messages;
    }
    const Model model = narrow_cnn();
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
        const Witness& witness = watch(*method, model.layout);
        const std::vector<Message> messages = train(*method, start);
        const std::vector<Trained> seen = witness.seen; // it goes on watching
        ASSERT_EQ(messages.size(), 5u);
        for (std::size_t k = 0; k < messages.size(); ++k) {
            const Trained& kept = seen[k];
            const Buffer<float> update(*cpu, kept.update), weights(*cpu, kept.weights);
            TrainedClient client = kept.client;
            client.update = update.data();
            client.weights = weights.data();
            EXPECT_EQ(encode(sent_by(*method, *cpu, {4, global.data()}, client)),
                      encode(messages[k]))
                << named.name << ", client " << client.client;
        }
        const Buffer<float> start_there(device, start);
        const auto there = change_of(*method, device, {4, start_there.data()}, messages,
                                     model.layout.state),
                   here =
                       change_of(*method, *cpu, {4, global.data()}, messages, model.layout.state);
        EXPECT_TRUE(same_bits(there, here)) << named.name;
    }
}

} // namespace
} // namespace fedmrn::test
