// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "engine/stage/stages.hpp"

namespace fedmrn::test {

/// What one client sends.
inline Message sent_by(const Method& method, Device& device, const RoundContext& round,
                       const TrainedClient& client) {
    return owned(method.uplink->encode(device, round, {&client, 1})().front());
}

/// The same with stages, and what the client keeps.
inline Message sent_by(const Method& method, const Stages& stages, Device& device,
                       const RoundContext& round, const TrainedClient& client,
                       std::vector<float>* memory = nullptr) {
    return owned(stages.encode(device, method, round, {&client, 1}, {&memory, 1})().front());
}

/// Messages as the server sees them, with the weights that they claim.
struct Received {
    explicit Received(std::span<const Message> messages) : views(messages.begin(), messages.end()) {
        for (const Message& message : messages) weights.push_back(message.samples);
    }
    [[nodiscard]] WeightedMessages all() const { return {views, weights}; }
    std::vector<MessageView> views;
    std::vector<std::uint64_t> weights;
};

/// What the server makes of messages, [state]: their mean update, or new − global where it sets.
inline std::vector<double> change_of(const Method& method, Device& device,
                                     const RoundContext& round, std::span<const Message> messages,
                                     std::size_t state) {
    Sums sums(device, method.server->sums());
    receive(device, round, *method.uplink, *method.server, Received(messages).all(), sums);
    Buffer<double> change(device, state);
    method.server->finish(device, round, sums, change.data());
    return change.read();
}

} // namespace fedmrn::test
