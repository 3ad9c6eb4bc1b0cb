// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedavg.hpp"

#include "engine/method/dense.hpp"
#include "engine/method/payload.hpp"
#include "kernels/update.hpp"

namespace fedmrn {

void FedAvg::local_weights(Device& device, std::size_t lanes, const LaneState* states,
                           const float* global, PerLane<const float> update,
                           PerLane<float> weights) const {
    kernels::add_update(device, lanes, states, layout_.trainable, global, update, weights);
}

PendingMessages FedAvg::encode(Device& device, std::span<const TrainedClient> clients) const {
    Buffer<float> changes(device, clients.size() * layout_.state);
    queue_changes(device, layout_, 0, clients, changes.data(), layout_.state);
    std::vector<Message> messages;
    for (const TrainedClient& client : clients) {
        messages.push_back(message_of(MethodName::fedavg, client, table()));
    }
    return [dense = Payload(device, changes, layout_.state), messages]() mutable {
        for (std::size_t k = 0; k < messages.size(); ++k) {
            messages[k].dense = dense.of(k);
        }
        return std::move(messages);
    };
}

std::vector<TensorEntry> FedAvg::table() const {
    std::vector<TensorEntry> table;
    append_dense_table(layout_, 0, table);
    return table;
}

void FedAvg::aggregate(Device& device, std::span<const Message> messages, double* mean) const {
    aggregate_dense_change(device, layout_, 0, messages, mean);
}

} // namespace fedmrn
