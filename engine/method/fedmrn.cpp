// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedmrn.hpp"

#include <string>

#include "engine/method/mask_message.hpp"
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

} // namespace

FedMrn::FedMrn(const MethodConfig& config, const ParameterLayout& layout)
    : layout_(layout), config_(config) {
    const kernels::MaskRule first = rule({});
    variant_ = static_cast<std::uint8_t>(static_cast<unsigned>(first.mask) |
                                         static_cast<unsigned>(first.noise.shape) << 1);
}

double FedMrn::magnitude(const RoundContext& round) const {
    return config_.magnitude_decay ? config_.magnitude * round.decay : config_.magnitude;
}

kernels::MaskRule FedMrn::rule(const RoundContext& round) const {
    kernels::MaskRule rule;
    rule.mask = config_.mask == MaskKind::binary ? formula::MaskShape::binary
                                                 : formula::MaskShape::plusminus;
    rule.noise = formula::noise_rule(noise_shape(config_.noise), magnitude(round));
    rule.stochastic = config_.stochastic;
    rule.progressive = config_.progressive;
    return rule;
}

void FedMrn::local_weights(Device& device, const LocalStep& step) const {
    const std::size_t masked = config_.post_training ? 0 : layout_.masked;
    const float* global = step.round.global;
    kernels::mask_weights(device, rule(step.round), step.lanes, step.states, masked, global,
                          step.update, step.weights);
    kernels::add_update(device, step.lanes, step.states, layout_.trainable - masked,
                        global + masked, step.update.at(masked), step.weights.at(masked));
}

PendingMessages FedMrn::encode(Device& device, std::span<const TrainedClient> clients) const {
    const std::size_t words = mask_words(layout_.masked), dense = layout_.state - layout_.masked;
    Buffer<std::uint32_t> masks(device, clients.size() * words);
    Buffer<float> changes(device, clients.size() * dense);
    std::vector<kernels::MaskSource> sources;
    std::vector<Message> messages;
    for (const TrainedClient& client : clients) {
        sources.push_back({client.seed, client.update, masks.data() + sources.size() * words});
        Message& message = messages.emplace_back(
            message_of(MethodName::fedmrn, client, table(client.round.round)));
        message.variant = variant_;
        message.parameter = static_cast<float>(magnitude(client.round));
    }
    kernels::pack_masks(device, rule(clients.front().round), sources, layout_.masked);
    queue_changes(device, layout_, layout_.masked, clients, changes.data(), dense);
    return pending_masks(device, layout_, masks, changes, std::move(messages));
}

std::vector<TensorEntry> FedMrn::table(std::uint32_t /*round*/) const {
    return mask_table(layout_);
}

void FedMrn::aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                       double* mean) const {
    const kernels::MaskRule rule = this->rule(round);
    const std::uint64_t samples = total_samples(messages);
    const std::size_t words = mask_words(layout_.masked);
    Buffer<std::uint32_t> packed(device, words * messages.size());
    std::vector<kernels::PackedMask> clients;
    for (const Message& message : messages) {
        check(message, round);
        const std::size_t at = words * clients.size();
        packed.write(message.mask, at);
        clients.push_back({packed.data() + at, message.seed, message.samples});
    }
    Buffer<std::int64_t> sum(device, layout_.masked);
    kernels::aggregate_masks(device, rule, clients, layout_.masked, sum.data());
    kernels::mean_of_masks(device, layout_.masked, sum.data(), rule.noise.unit, samples, mean);
    aggregate_dense_change(device, layout_, layout_.masked, messages, mean);
}

void FedMrn::check(const Message& message, const RoundContext& round) const {
    if (message.method == static_cast<std::uint8_t>(MethodName::fedmrn) &&
        message.variant == variant_ && message.parameter == static_cast<float>(magnitude(round))) {
        return;
    }
    throw Error("uplink message of client " + std::to_string(message.client) +
                ": made with another method, mask, noise or magnitude than this experiment's");
}

} // namespace fedmrn
