// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/aggregate.hpp"

#include <set>
#include <vector>

#include <fmt/format.h>

#include "engine/base/threads.hpp"
#include "engine/message/packing.hpp"
#include "engine/message/received.hpp"
#include "engine/server/global_state.hpp"
#include "engine/server/intake.hpp"
#include "engine/server/round_model.hpp"
#include "engine/server/schedule.hpp"
#include "engine/stage/stages.hpp"
#include "fedmrn/error.hpp"
#include "kernels/device.hpp"
#include "kernels/formula/key.hpp"

namespace fedmrn {

namespace {

/// Whose a message is, of the table of the round: it is checked as take_in() will.
std::uint64_t client_of(const KeptMessage& message, const Packing* packing,
                        const std::vector<TensorEntry>& table) {
    try {
        if (packing == nullptr) {
            return ReceivedMessage(message.bytes, table).view().client;
        }
        const auto bytes = unpacked(*packing, message.bytes, most_message_bytes(table));
        return ReceivedMessage(bytes, table).view().client;
    } catch (const Error& error) {
        throw Error(fmt::format("{}: {}", message.name, error.what()), error.fault());
    }
}

/// What it counts; 0: the samples that it tells.
std::uint64_t weight_of(const KeptMessage& message, std::uint64_t client,
                        const ClientWeights& weights) {
    if (weights.empty()) {
        return 0;
    }
    const auto found = weights.find(client);
    if (found == weights.end() || found->second == 0) {
        throw Error(fmt::format("{}: no weight of client {}", message.name, client));
    }
    return found->second;
}

} // namespace

ServerState aggregate(const Config& config, const ParameterLayout& layout,
                      const ServerState& before, std::span<const KeptMessage> messages,
                      const ClientWeights& weights) {
    const auto device = open_device(DeviceKind::cpu, Precision::fp32);
    const auto method = make_method(config.method, layout, config.experiment.seed);
    const Stages stages = make_stages(config, layout);
    GlobalState server(*device, layout, config.server, *method->server);
    server.restore({before.round, before.global, before.moments});
    const std::uint32_t round = before.round + 1;
    RoundModel begun(*device, stages, layout.state);
    const RoundContext context =
        begun.begin({round, server.data(), decay_of(config.client, round)});
    const std::optional<Omission> omission =
        stages.omission(*device, context, *method->uplink, layout.masked);
    const std::vector<TensorEntry> table =
        omission ? omission->table() : method->uplink->table(round);

    std::set<std::uint64_t> clients;
    std::vector<ExpectedUpload> expected;
    std::vector<Upload> uploads;
    for (const KeptMessage& message : messages) {
        const std::uint64_t client = client_of(message, stages.packing(), table);
        if (!clients.insert(client).second) {
            throw Error(fmt::format("{}: a second message of client {}", message.name, client));
        }
        expected.push_back({client, formula::client_seed(config.experiment.seed, round, client),
                            weight_of(message, client, weights)});
        uploads.push_back({message.bytes, {}});
    }
    if (uploads.empty()) { // nobody answered: the server takes no step
        begun.end(server, context, nullptr);
    } else {
        WallTime time;
        Sums sums(*device, method->server->sums());
        take_in(*device, context, *method, expected, uploads, sums, time, {.threads = cores()},
                stages.packing(), nullptr, {}, omission ? &*omission : nullptr);
        Buffer<double> change(*device, layout.state);
        method->server->finish(*device, context, sums, change.data());
        begun.end(server, context, change.data());
    }
    server.end_round();
    return server.state();
}

bool weighs_samples(const Config& config) {
    return !samplers().checked(config.server.sampling).weights;
}

} // namespace fedmrn
