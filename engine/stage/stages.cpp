// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/stages.hpp"

namespace fedmrn {

Stages::Stages(std::vector<std::unique_ptr<const Stage>> stages) : stages_(std::move(stages)) {
    for (const auto& stage : stages_) {
        memory_ += stage->memory();
    }
}

RoundContext Stages::received(Device& device, RoundContext round,
                              std::vector<Buffer<float>>& rooms) const {
    rooms.resize(stages_.size());
    for (std::size_t i = 0; i < stages_.size(); ++i) {
        round.global = stages_[i]->received(device, round, rooms[i]);
    }
    return round;
}

void Stages::on_weights(Device& device, const LocalStep& step) const {
    for (const auto& stage : stages_) {
        stage->on_weights(device, step);
    }
}

void Stages::on_gradient(Device& device, const LocalStep& step) const {
    for (const auto& stage : stages_) {
        stage->on_gradient(device, step);
    }
}

Pull Stages::pull(const Variables& variables) const {
    Pull pull{.decays_weights = variables.decays_weights()};
    for (const auto& stage : stages_) {
        stage->on_descent(pull);
    }
    return pull;
}

template <class Body> void Stages::in_turn(Departure& clients, const Body& body) const {
    std::size_t offset = 0;
    for (const auto& stage : stages_) {
        clients.turn_to({offset, stage->memory(), memory_});
        offset += stage->memory();
        body(*stage);
    }
}

PendingMessages Stages::encode(Device& device, const Method& method, const RoundContext& round,
                               std::span<const TrainedClient> clients,
                               std::span<std::vector<float>* const> memory) const {
    // Shared, since std::function wants to be copied.
    const auto departure =
        std::make_shared<Departure>(device, clients, memory, method.local->count());
    in_turn(*departure, [&](const Stage& stage) { stage.on_update(device, round, *departure); });
    return [this, &device, &method, round, departure,
            pending = method.uplink->encode(device, round, departure->clients())] {
        const std::span<const MessageView> messages = pending();
        in_turn(*departure, [&](const Stage& stage) {
            stage.on_message(device, round, method, messages, *departure);
        });
        return messages;
    };
}

} // namespace fedmrn
