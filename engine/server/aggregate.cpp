// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/aggregate.hpp"

#include <set>
#include <vector>

#include <fmt/format.h>

#include "engine/server/global_state.hpp"
#include "engine/server/intake.hpp"
#include "engine/server/schedule.hpp"
#include "fedmrn/error.hpp"
#include "kernels/device.hpp"
#include "kernels/formula/key.hpp"

namespace fedmrn {

ServerState aggregate(const Config& config, const ParameterLayout& layout,
                      const ServerState& before, std::span<const UplinkMessage> messages) {
    const auto device = open_device(DeviceKind::cpu, Precision::fp32);
    const auto method = make_method(config.method, layout, config.experiment.seed);
    GlobalState server(*device, layout, config.server, *method->server);
    server.restore({before.round, before.global, before.moments, {}});
    const std::uint32_t round = before.round + 1;

    std::set<std::uint64_t> clients;
    std::vector<ExpectedUpload> expected;
    std::vector<Upload> uploads;
    for (const UplinkMessage& message : messages) {
        if (!clients.insert(message.client).second) {
            throw Error(fmt::format("uplink message of client {}: there are two", message.client));
        }
        expected.push_back({message.client,
                            formula::client_seed(config.experiment.seed, round, message.client),
                            message.weight});
        uploads.push_back({{message.bytes.begin(), message.bytes.end()}, {}});
    }
    if (!uploads.empty()) { // a round that nobody answers leaves the state as it is
        WallTime time;
        Sums sums(*device, method->server->sums());
        const RoundContext context{round, server.data(), decay_of(config.client, round)};
        take_in(*device, context, *method, expected, uploads, sums, time);
        Buffer<double> change(*device, layout.state);
        method->server->finish(*device, context, sums, change.data());
        server.step(change.data());
    }
    ++server.state().round;
    return std::move(server.state());
}

bool weighs_samples(const Config& config) {
    return !samplers().checked(config.server.sampling).weights;
}

} // namespace fedmrn
