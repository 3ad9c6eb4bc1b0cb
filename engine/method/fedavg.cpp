// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedavg.hpp"

#include "engine/method/dense.hpp"
#include "kernels/update.hpp"

namespace fedmrn {

void FedAvg::local_weights(Device& device, std::size_t lanes, const LaneState* states,
                           const float* global, PerLane<const float> update,
                           PerLane<float> weights) const {
    kernels::add_update(device, lanes, states, layout_.trainable, global, update, weights);
}

Message FedAvg::encode(Device& device, const TrainedClient& client) const {
    Message message;
    message.method = static_cast<std::uint8_t>(MethodName::fedavg);
    message.round = client.round;
    message.client = client.client;
    message.seed = client.seed;
    message.samples = client.samples;
    message.tensors = table();
    message.dense = dense_change(device, layout_, 0, client);
    return message;
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
