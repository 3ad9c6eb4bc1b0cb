// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/stages.hpp"

#include <algorithm>
#include <string>

#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// Stages' scratch memories lie behind each other, aligned as a lane's.
std::size_t aligned(std::size_t bytes) { return (bytes + 127) / 128 * 128; }

} // namespace

Stages::Stages(std::vector<std::shared_ptr<const Stage>> stages) : stages_(std::move(stages)) {
    const auto only = [](auto& place, const auto* found, const char* what) {
        if (place != nullptr && found != nullptr) {
            throw Error(std::string("stages: two that ") + what + ", expected one");
        }
        place = found != nullptr ? found : place;
    };
    for (const auto& stage : stages_) {
        memory_ += stage->memory();
        scratch_ += aligned(stage->scratch());
        only(model_codec_, stage->model_codec(), "say how the model is sent");
        only(packing_, stage->packing(), "pack messages");
        only(teacher_, stage->teacher(), "have a teacher");
    }
}

bool Stages::changes_model() const {
    return std::any_of(stages_.begin(), stages_.end(),
                       [](const auto& stage) { return stage->changes_model(); });
}

void Stages::on_model(Device& device, std::uint32_t round, DevicePointer<float> model) const {
    for (const auto& stage : stages_) {
        stage->on_model(device, round, model);
    }
}

void Stages::on_server_step(Device& device, const RoundContext& round,
                            DevicePointer<float> model) const {
    for (const auto& stage : stages_) {
        stage->on_server_step(device, round, model);
    }
}

std::vector<RoundData> Stages::round_data(Device& device, const RoundContext& round) const {
    std::vector<RoundData> data;
    for (const auto& stage : stages_) {
        data.push_back(stage->round_data(device, round));
    }
    return data;
}

template <class Body>
void Stages::in_step(LocalStep step, std::span<const DevicePointer<const std::byte>> data,
                     const Body& body) const {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
        step.data = data[i];
        body(*stages_[i], step);
        step.scratch = step.scratch.at(aligned(stages_[i]->scratch()));
    }
}

void Stages::on_weights(Device& device, LocalStep step,
                        std::span<const DevicePointer<const std::byte>> data) const {
    in_step(step, data,
            [&](const Stage& stage, const LocalStep& own) { stage.on_weights(device, own); });
}

void Stages::on_weight_gradient(Device& device, LocalStep step,
                                std::span<const DevicePointer<const std::byte>> data) const {
    in_step(step, data, [&](const Stage& stage, const LocalStep& own) {
        stage.on_weight_gradient(device, own);
    });
}

void Stages::on_gradient(Device& device, LocalStep step,
                         std::span<const DevicePointer<const std::byte>> data) const {
    in_step(step, data,
            [&](const Stage& stage, const LocalStep& own) { stage.on_gradient(device, own); });
}

bool Stages::deploys() const {
    return std::any_of(stages_.begin(), stages_.end(),
                       [](const auto& stage) { return stage->deploys(); });
}

void Stages::on_deployment(Device& device, std::uint32_t round,
                           DevicePointer<float> weights) const {
    for (const auto& stage : stages_) {
        stage->on_deployment(device, round, weights);
    }
}

bool Stages::leaves_out(const Codec& codec) const {
    return model_codec_ == nullptr && codec.by_element() &&
           std::any_of(stages_.begin(), stages_.end(),
                       [](const auto& stage) { return stage->leaves_out(); });
}

std::optional<Omission> Stages::omission(Device& device, const RoundContext& round,
                                         const Codec& codec, std::size_t masked) const {
    if (!leaves_out(codec)) {
        return std::nullopt;
    }
    std::vector<std::uint32_t> all(words_of(masked));
    bool any = false;
    for (const auto& stage : stages_) {
        const std::vector<std::uint32_t> own = stage->left_out(device, round);
        for (std::size_t w = 0; w < own.size(); ++w) {
            all[w] |= own[w];
            any = any || own[w] != 0;
        }
    }
    return any ? Omission::of(codec.table(round.round), masked, std::move(all)) : std::nullopt;
}

std::vector<std::byte> Stages::bytes_of(const MessageView& message, Rooms& rooms) const {
    std::vector<std::byte> bytes = fedmrn::encode(message, rooms.take());
    if (packing_ == nullptr) {
        return bytes;
    }
    std::vector<std::byte> small = packed(*packing_, bytes);
    rooms.give(std::move(bytes));
    return small;
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
