// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/state_codec.hpp"

#include <string>

#include "engine/method/diverged.hpp"
#include "engine/method/incoming.hpp"
#include "fedmrn/error.hpp"
#include "kernels/update.hpp"

namespace fedmrn {
namespace {

std::string sender(const MessageView& message) {
    return "uplink message of client " + std::to_string(message.client);
}

/// Throws Error for a negative scale, and Diverged for one that does not fit, or is no number.
void check_scale(const MessageView& message, float scale, float limit) {
    if (scale < 0.0f) {
        throw Error(sender(message) + ": a scale is " + std::to_string(scale) +
                    ", expected at least 0");
    }
    if (!(scale < limit)) {
        throw Diverged(message.round, message.client,
                       "its update has the scale " + std::to_string(scale) +
                           ", so its training has diverged");
    }
}

} // namespace

std::vector<TensorEntry> StateCodec::table(std::uint32_t round) const {
    std::vector<TensorEntry> table = packed_table(round);
    for (const TensorSpec& tensor : layout_.tensors) {
        if (tensor.offset >= packs_) {
            table.push_back({Encoding::float32, tensor.elements()});
        }
    }
    return table;
}

PendingMessages StateCodec::encode(Device& device, const RoundContext& round,
                                   std::span<const TrainedClient> clients) const {
    Outgoing messages(device, table(round.round), clients.size());
    pack(device, round, clients, messages);
    std::vector<kernels::ChangeSource> changes;
    std::vector<MessageView> headers;
    const Stamp made = stamp(round);
    for (const TrainedClient& client : clients) {
        const std::size_t k = changes.size();
        changes.push_back(
            {client.update, client.weights, messages.dense(k) + (messages.floats() - rest())});
        MessageView& header = headers.emplace_back();
        header.method = made.method;
        header.variant = made.variant;
        header.parameter = made.parameter;
        header.round = round.round;
        header.client = client.client;
        header.seed = message_seed(client.seed);
        header.samples = client.samples;
    }
    kernels::state_changes(device, changes, round.global, packs_, layout_.trainable, layout_.state);
    return std::move(messages).send(std::move(headers));
}

void StateCodec::check(const RoundContext& round, const MessageView& message) const {
    const Stamp made = stamp(round);
    if (message.method != made.method || message.variant != made.variant ||
        message.parameter != made.parameter) {
        throw Error(sender(message) +
                    ": made with another method or other options of it than this experiment's");
    }
    for (std::size_t i = 0; i < message.scales.size(); ++i) {
        check_scale(message, message.scales[i], scale_limit(i));
    }
}

void StateCodec::decode(Device& device, const RoundContext& round,
                        std::span<const MessageView> messages, DevicePointer<float> updates) const {
    unpack(device, round, messages, updates);
    for (std::size_t k = 0; k < messages.size(); ++k) {
        device.copy_in(updates + k * layout_.state + packs_, messages[k].dense.last(rest()).data(),
                       rest() * sizeof(float));
    }
}

void StateCodec::add(Device& device, const RoundContext& round, const WeightedMessages& messages,
                     DevicePointer<formula::Wide> sum) const {
    const std::size_t at_once = std::min(messages.size(), clients_at_once(layout_.state));
    Buffer<float> updates(device, at_once * layout_.state);
    for (std::size_t begin = 0; begin < messages.size(); begin += at_once) {
        const WeightedMessages part = messages.part(begin, at_once);
        decode(device, round, part.messages, updates.data());
        add_weighted(device, part, layout_.state, updates.data(), sum);
    }
}

} // namespace fedmrn
