// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/lane_group.hpp"
#include "kernels/update.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/method_test.hpp"
#include "tests/support/methods_under_test.hpp"

namespace fedmrn::test {
namespace {

/// A stage that no list of the engine names, with all of the hooks: clients start from zeroed
/// tensors, train on, and with no gradient of the first `frozen` parameters, and send twice their
/// update.
class Odd final : public Stage {
public:
    Odd(const ParameterLayout& layout, std::size_t frozen) : layout_(layout), frozen_(frozen) {}

    DevicePointer<const float> received(Device& device, const RoundContext& round,
                                        Buffer<float>& room) const override {
        if (room.size() == 0) room = Buffer<float>(device, layout_.state);
        device.copy_within(room.data(), round.global, layout_.state * sizeof(float));
        device.clear(room.data(), frozen_ * sizeof(float));
        return room.data();
    }
    void on_weights(Device& device, const LocalStep& step) const override {
        for (std::size_t lane = 0; lane < step.lanes; ++lane) {
            device.clear(step.weights[lane], frozen_ * sizeof(float));
        }
    }
    void on_gradient(Device& device, const LocalStep& step) const override {
        for (std::size_t lane = 0; lane < step.lanes; ++lane) {
            device.clear(step.gradient[lane], frozen_ * sizeof(float));
        }
    }
    void on_descent(Pull& pull) const override { pull.proximal += 0.1; }
    void on_update(Device& device, const RoundContext&, Departure& clients) const override {
        Buffer<float> once(device, layout_.trainable);
        for (std::size_t k = 0; k < clients.clients().size(); ++k) {
            DevicePointer<float> update = clients.update(k);
            device.copy_within(once.data(), update, once.size() * sizeof(float));
            kernels::add_values(device, once.size(), once.data(), update);
        }
    }
    void on_message(Device&, const RoundContext&, const Method&,
                    std::span<const MessageView> messages, Departure&) const override {
        sent += messages.size();
    }
    mutable std::size_t sent = 0;

private:
    ParameterLayout layout_;
    std::size_t frozen_;
};

class OwnStage : public MethodTest {
protected:
    std::vector<Message> train(const Method& method, const Stages& stages, std::size_t lanes) {
        const Federation federation(device, model, {23, 8, 40});
        const Buffer<float> g(device, global);
        const ClientConfig client{.epochs = 2, .batch = 8, .lr = 0.05, .momentum = 0.5};
        LaneGroup group(device, model, method, stages, client, lanes, Real::f32);
        std::vector<Message> sent(3);
        for (int again = 0; again < 2; ++again) { // recorded, then replayed
            std::size_t taken = 0;
            group.run(
                federation.resident.view(), {4, g.data()},
                [&]() -> std::optional<ClientTask> {
                    return taken < 3 ? std::optional(federation.tasks[taken++]) : std::nullopt;
                },
                [&](const ClientTask& task, const MessageView& message, const LaneMetrics&) {
                    sent[task.slot] = owned(message);
                },
                [](std::uint64_t) {}, {});
        }
        return sent;
    }
    Stages odd(std::size_t frozen) {
        auto stage = std::make_unique<Odd>(model.layout, frozen);
        stage_ = stage.get();
        std::vector<std::unique_ptr<const Stage>> all;
        all.push_back(std::move(stage));
        return Stages(std::move(all));
    }
    const Odd* stage_ = nullptr;
};
INSTANTIATE_TEST_SUITE_P(On, OwnStage, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Under FedAvg, whose message is the update: what is frozen has none, what is not has twice the
/// one that two halves of a stage make.
TEST_P(OwnStage, IsCalledAtEveryHook) {
    const auto method = make_method({"fedavg"}, model.layout);
    const std::size_t frozen = model.layout.tensors[0].elements();
    const Stages stages = odd(frozen);
    const auto sent = train(*method, stages, 2);
    EXPECT_EQ(stage_->sent, 6U);
    std::size_t moved = 0;
    for (std::size_t i = 0; i < model.layout.trainable; ++i) {
        if (i < frozen) {
            ASSERT_EQ(sent[0].dense[i], 0.0f);
        }
        moved += sent[0].dense[i] != 0.0f;
    }
    EXPECT_GT(moved, (model.layout.trainable - frozen) / 2);
    const auto other = train(*method, Stages(), 2);
    EXPECT_NE(other[0].dense[frozen], sent[0].dense[frozen]);
}

/// Doubled exactly, on the way into the message.
TEST_P(OwnStage, ChangesTheUpdateThatIsEncoded) {
    const auto method = make_method({"fedavg"}, model.layout);
    const auto update = updates(1);
    const Buffer<float> g(device, global), u(device, update);
    const Message sent =
        sent_by(*method, odd(0), device, {7, g.data()}, {1, 1001, 10, u.data(), g.data()});
    for (std::size_t i = 0; i < update.size(); ++i) ASSERT_EQ(sent.dense[i], 2 * update[i]);
    EXPECT_EQ(u.read(), update); // the lane's own is left alone
}

/// On any method, and lanes change nothing of it.
TEST_P(OwnStage, StandsOnEveryMethod) {
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make_method(named.config, model.layout, 11);
        const Stages stages = odd(10);
        EXPECT_EQ(train(*method, stages, 1), train(*method, stages, 3)) << named.name;
    }
}

} // namespace
} // namespace fedmrn::test
