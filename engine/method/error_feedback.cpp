// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/error_feedback.hpp"

#include "kernels/update.hpp"

namespace fedmrn {
namespace {

/// p = D + e of clients that were trained together, in device memory until they are encoded.
struct Carried {
    std::vector<TrainedClient> clients;
    Buffer<float> updates; ///< [clients][trainable]
};

} // namespace

PendingMessages ErrorFeedback::encode(Device& device, const RoundContext& round,
                                      std::span<const TrainedClient> clients) const {
    const std::size_t masked = layout_.masked, trainable = layout_.trainable;
    const auto carried = std::make_shared<Carried>();
    carried->clients.assign(clients.begin(), clients.end());
    carried->updates = Buffer<float>(device, clients.size() * trainable);
    Buffer<float> kept(device, masked);
    for (std::size_t k = 0; k < clients.size(); ++k) {
        float* update = carried->updates.data() + k * trainable;
        device.copy_within(update, clients[k].update, trainable * sizeof(float));
        if (clients[k].memory != nullptr && !clients[k].memory->empty()) {
            kept.write(*clients[k].memory);
            kernels::add_values(device, masked, kept.data(), update);
        }
        carried->clients[k].update = update;
    }
    return [this, &device, round, carried,
            pending = codec_->encode(device, round, carried->clients)]() {
        const std::span<const MessageView> messages = pending();
        const std::uint64_t once = 1;
        Sums sums(device, server_.sums());
        Buffer<double> decoded(device, layout_.state);
        for (std::size_t k = 0; k < messages.size(); ++k) {
            const TrainedClient& client = carried->clients[k];
            if (client.memory == nullptr) {
                continue;
            }
            float* update = carried->updates.data() + k * layout_.trainable;
            sums.clear();
            receive(device, round, *codec_, server_, {messages.subspan(k, 1), {&once, 1}}, sums);
            server_.finish(device, round, sums, decoded.data());
            kernels::subtract_decoded(device, layout_.masked, decoded.data(), update);
            client.memory->resize(layout_.masked);
            device.copy_out(client.memory->data(), update, layout_.masked * sizeof(float));
        }
        return messages;
    };
}

} // namespace fedmrn
