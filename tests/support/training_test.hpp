// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/client/lane_group.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/method_test.hpp"

namespace fedmrn::test {

/// Clients that train on lanes, with stages, and what they send.
class TrainingTest : public MethodTest {
protected:
    /// Messages of the clients in each of the rounds, of one group of lanes.
    std::vector<Message> train(const Method& method, const Stages& stages,
                               const std::vector<float>& from, std::size_t lanes,
                               const ClientConfig& client, const std::vector<std::uint32_t>& counts,
                               const std::vector<std::uint32_t>& rounds = {4}) {
        const Federation federation(device, model, counts);
        const Buffer<float> g(device, from);
        LaneGroup group(device, model, method, stages, client, lanes, Real::f32);
        std::vector<Message> sent(counts.size());
        for (const std::uint32_t round : rounds) {
            std::size_t taken = 0;
            group.run(
                federation.resident.view(), {round, g.data()},
                [&]() -> std::optional<ClientTask> {
                    return taken < counts.size() ? std::optional(federation.tasks[taken++])
                                                 : std::nullopt;
                },
                [&](const ClientTask& task, const MessageView& message, const LaneMetrics&) {
                    sent[task.slot] = owned(message);
                },
                [](std::uint64_t) {}, {});
        }
        return sent;
    }
    const ClientConfig one_step{.epochs = 1, .batch = 16, .lr = 0.05};
    const ClientConfig steps{.epochs = 2, .batch = 8, .lr = 0.05, .momentum = 0.5};
    const std::unique_ptr<Method> fedavg = make_method({"fedavg"}, model.layout);
};

} // namespace fedmrn::test
