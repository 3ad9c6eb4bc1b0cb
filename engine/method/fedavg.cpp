// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedavg.hpp"

#include "engine/method/dense.hpp"
#include "engine/method/payload.hpp"
#include "engine/method/registry.hpp"
#include <variant>

namespace fedmrn {

PendingMessages FedAvg::encode(Device& device, std::span<const TrainedClient> clients) const {
    Buffer<float> changes(device, clients.size() * layout().state);
    queue_changes(device, layout(), 0, clients, changes.data(), layout().state);
    std::vector<Message> messages;
    for (const TrainedClient& client : clients) {
        messages.push_back(message_of(MethodName::fedavg, client, table(client.round.round)));
    }
    return [dense = Payload(device, changes, layout().state), messages]() mutable {
        for (std::size_t k = 0; k < messages.size(); ++k) {
            messages[k].dense = dense.of(k);
        }
        return std::move(messages);
    };
}

std::vector<TensorEntry> FedAvg::table(std::uint32_t /*round*/) const {
    std::vector<TensorEntry> table;
    append_dense_table(layout(), 0, table);
    return table;
}

void FedAvg::aggregate(Device& device, const RoundContext& /*round*/,
                       std::span<const Message> messages, double* mean) const {
    aggregate_dense_change(device, layout(), 0, messages, mean);
}

MethodEntry fedavg_entry() {
    return method_entry("fedavg", "FedAvg", "the update as float32", MethodName::fedavg,
                        Schema<std::monostate>(),
                        [](const std::monostate&, const MethodSetting& setting) {
                            return std::make_unique<FedAvg>(setting.layout);
                        });
}

} // namespace fedmrn
