// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedmrn.hpp"

#include <string>

#include "engine/method/dense.hpp"
#include "engine/method/payload.hpp"
#include "fedmrn/error.hpp"
#include "kernels/update.hpp"

namespace fedmrn {
namespace {

formula::NoiseShape noise_shape(NoiseKind kind) {
    switch (kind) {
    case NoiseKind::gaussian:
        return formula::NoiseShape::gaussian;
    case NoiseKind::bernoulli:
        return formula::NoiseShape::bernoulli;
    case NoiseKind::uniform:
        break;
    }
    return formula::NoiseShape::uniform;
}

std::size_t mask_words(std::size_t elements) { return (elements + 31) / 32; }

} // namespace

FedMrn::FedMrn(const MethodConfig& config, const ParameterLayout& layout)
    : layout_(layout), magnitude_(static_cast<float>(config.magnitude)),
      post_training_(config.post_training) {
    rule_.mask = config.mask == MaskKind::binary ? formula::MaskShape::binary
                                                 : formula::MaskShape::plusminus;
    rule_.noise = formula::noise_rule(noise_shape(config.noise), config.magnitude);
    rule_.stochastic = config.stochastic;
    rule_.progressive = config.progressive;
    variant_ = static_cast<std::uint8_t>(static_cast<unsigned>(rule_.mask) |
                                         static_cast<unsigned>(rule_.noise.shape) << 1);
}

void FedMrn::local_weights(Device& device, std::size_t lanes, const LaneState* states,
                           const float* global, PerLane<const float> update,
                           PerLane<float> weights) const {
    const std::size_t masked = post_training_ ? 0 : layout_.masked;
    kernels::mask_weights(device, rule_, lanes, states, masked, global, update, weights);
    kernels::add_update(device, lanes, states, layout_.trainable - masked, global + masked,
                        update.at(masked), weights.at(masked));
}

PendingMessages FedMrn::encode(Device& device, std::span<const TrainedClient> clients) const {
    const std::size_t words = mask_words(layout_.masked), dense = layout_.state - layout_.masked;
    Buffer<std::uint32_t> masks(device, clients.size() * words);
    Buffer<float> changes(device, clients.size() * dense);
    std::vector<kernels::MaskSource> sources;
    std::vector<Message> messages;
    for (const TrainedClient& client : clients) {
        sources.push_back({client.seed, client.update, masks.data() + sources.size() * words});
        Message& message = messages.emplace_back(message_of(MethodName::fedmrn, client, table()));
        message.variant = variant_;
        message.parameter = magnitude_;
    }
    kernels::pack_masks(device, rule_, sources, layout_.masked);
    queue_changes(device, layout_, layout_.masked, clients, changes.data(), dense);
    return [mask = Payload(device, masks, words), change = Payload(device, changes, dense),
            messages]() mutable {
        for (std::size_t k = 0; k < messages.size(); ++k) {
            messages[k].mask = mask.of(k);
            messages[k].dense = change.of(k);
        }
        return std::move(messages);
    };
}

std::vector<TensorEntry> FedMrn::table() const {
    std::vector<TensorEntry> table;
    for (const TensorSpec& tensor : layout_.tensors) {
        if (tensor.role == Role::masked) {
            table.push_back({Encoding::mask, tensor.elements()});
        }
    }
    append_dense_table(layout_, layout_.masked, table);
    return table;
}

void FedMrn::aggregate(Device& device, std::span<const Message> messages, double* mean) const {
    const std::uint64_t samples = total_samples(messages);
    const std::size_t words = mask_words(layout_.masked);
    Buffer<std::uint32_t> packed(device, words * messages.size());
    std::vector<kernels::PackedMask> clients;
    for (const Message& message : messages) {
        check(message);
        const std::size_t at = words * clients.size();
        packed.write(message.mask, at);
        clients.push_back({packed.data() + at, message.seed, message.samples});
    }
    Buffer<std::int64_t> sum(device, layout_.masked);
    kernels::aggregate_masks(device, rule_, clients, layout_.masked, sum.data());
    kernels::mean_of_masks(device, layout_.masked, sum.data(), rule_.noise.unit, samples, mean);
    aggregate_dense_change(device, layout_, layout_.masked, messages, mean);
}

void FedMrn::check(const Message& message) const {
    if (message.method == static_cast<std::uint8_t>(MethodName::fedmrn) &&
        message.variant == variant_ && message.parameter == magnitude_) {
        return;
    }
    throw Error("uplink message of client " + std::to_string(message.client) +
                ": made with another method, mask, noise or magnitude than this experiment's");
}

} // namespace fedmrn
