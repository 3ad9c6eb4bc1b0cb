// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/house/first_rows.hpp"

#include "engine/client/lane_group.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/method_laws.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

/// A method that is written in these files alone.
class OwnMethod : public MethodLaws {
protected:
    const FirstRows method{model.layout};
};
INSTANTIATE_TEST_SUITE_P(On, OwnMethod, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(OwnMethod, KeepsEveryLaw) { every_law(method); }

TEST_P(OwnMethod, KnowsItsMessages) {
    Message other = message(method, 9, 5, variables(method, 1));
    other.method = 199;
    EXPECT_TRUE(
        one_line([&] { aggregate(method, {other}); }, "client 9: made with another method"));
}

TEST_P(OwnMethod, CountsClientsAlike) {
    const std::size_t n = model.layout.trainable;
    const auto mean = aggregate(method, {message(method, 1, 100, std::vector<float>(n, 1.0f)),
                                         message(method, 2, 300, std::vector<float>(n, -3.0f))});
    EXPECT_EQ(mean[0], -1.0);
    EXPECT_EQ(mean[first_rows(model.layout)[0].elements], 0.0); // the second row
    EXPECT_EQ(mean[model.layout.masked], -1.0);
}

/// Trained on lanes with weight decay and error feedback, which know nothing of it: rows that are
/// not trained have no update but decay's, and that is what is kept.
TEST_P(OwnMethod, TrainsOnLanesUnderAnyStage) {
    ClientConfig client{.epochs = 2, .batch = 8, .lr = 0.05};
    client.weight_decay = 0.01;
    const Stages stages =
        make_stages(client, {"signsgd", {{"error_feedback", true}}}, model.layout);
    const Federation federation(device, model, {23, 8, 40});
    const Buffer<float> g(device, global);
    std::vector<std::vector<float>> memory(3);
    std::vector<Message> sent(3);
    for (const std::size_t lanes : {1, 2}) {
        std::size_t taken = 0;
        LaneGroup group(device, model, method, stages, client, lanes, Real::f32);
        group.run(
            federation.resident.view(), {4, g.data()},
            [&]() -> std::optional<ClientTask> {
                if (taken == 3) return std::nullopt;
                ClientTask task = federation.tasks[taken];
                memory[taken].clear();
                task.memory = &memory[taken++];
                return task;
            },
            [&](const ClientTask& task, const MessageView& message, const LaneMetrics&) {
                if (lanes == 2) {
                    EXPECT_EQ(owned(message), sent[task.slot]);
                }
                sent[task.slot] = owned(message);
            },
            [](std::uint64_t) {}, {});
    }
    for (const FirstRow& row : first_rows(model.layout)) {
        EXPECT_NEAR(memory[0][row.offset], 0.0, 0x1p-40); // it was sent, on the grid of the sums
        EXPECT_LT(memory[0][row.offset + row.elements] * global[row.offset + row.elements], 0.0f);
    }
    EXPECT_EQ(aggregate(method, sent).size(), model.layout.state);
}

} // namespace
} // namespace fedmrn::test
