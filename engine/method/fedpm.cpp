// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedpm.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "engine/method/mask_message.hpp"
#include "engine/method/registry.hpp"
#include "fedmrn/error.hpp"
#include "kernels/update.hpp"
#include <variant>

namespace fedmrn {
namespace {

/// A score's gradient is that of its weight times ± c · θ (1 − θ), at the start around 10⁻⁵ of
/// CNN4's; but within a client's few steps a score has to move by about one.
constexpr double score_rate = 3e4;

/// Throws unless the message is one of this method's.
void check(const Message& message) {
    if (message.method != static_cast<std::uint8_t>(MethodName::fedpm)) {
        throw Error("uplink message of client " + std::to_string(message.client) +
                    ": made with another method than this experiment's");
    }
}

} // namespace

FedPm::FedPm(const ParameterLayout& layout, std::uint64_t seed) : layout_(layout), seed_(seed) {
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.role == Role::masked) {
            const auto fan_in = static_cast<double>(tensor.elements() / tensor.shape.front());
            tensors_.push_back({tensor.offset + tensor.elements(),
                                static_cast<float>(std::numbers::e * std::sqrt(1.0 / fan_in))});
        }
    }
}

void FedPm::local_weights(Device& device, const LocalStep& step) const {
    const std::size_t masked = layout_.masked;
    kernels::score_weights(device, frozen(), step.lanes, step.states, step.round.global,
                           step.update, step.weights);
    kernels::add_update(device, step.lanes, step.states, layout_.trainable - masked,
                        step.round.global + masked, step.update.at(masked),
                        step.weights.at(masked));
}

void FedPm::local_gradient(Device& device, const LocalStep& step) const {
    kernels::score_gradient(device, frozen(), score_rate, step.lanes, step.states,
                            step.round.global, step.update, step.gradient);
}

PendingMessages FedPm::encode(Device& device, std::span<const TrainedClient> clients) const {
    const std::size_t words = mask_words(layout_.masked), dense = layout_.state - layout_.masked;
    const RoundContext& round = clients.front().round;
    Buffer<std::uint32_t> masks(device, clients.size() * words);
    Buffer<float> changes(device, clients.size() * dense);
    std::vector<kernels::MaskSource> sources;
    std::vector<Message> messages;
    for (const TrainedClient& client : clients) {
        sources.push_back({client.seed, client.update, masks.data() + sources.size() * words});
        messages.push_back(message_of(MethodName::fedpm, client, table(round.round)));
    }
    kernels::pack_scores(device, sources, layout_.masked, round.global);
    queue_changes(device, layout_, layout_.masked, clients, changes.data(), dense);
    return pending_masks(device, layout_, masks, changes, std::move(messages));
}

std::vector<TensorEntry> FedPm::table(std::uint32_t) const { return mask_table(layout_); }

void FedPm::aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                      double* mean) const {
    const std::size_t words = mask_words(layout_.masked);
    Buffer<std::uint32_t> packed(device, words * messages.size());
    std::vector<const std::uint32_t*> clients;
    for (const Message& message : messages) {
        check(message);
        const std::size_t at = words * clients.size();
        packed.write(message.mask, at);
        clients.push_back(packed.data() + at);
    }
    kernels::posterior_scores(device, clients, layout_.masked, round.global, mean);
    aggregate_dense_change(device, layout_, layout_.masked, messages, mean);
}

void FedPm::initialise(std::span<float> state) const {
    std::fill_n(state.begin(), layout_.masked, 0.0f);
}

const float* FedPm::model_weights(Device& device, const RoundContext& round,
                                  Buffer<float>& room) const {
    // A lane of its own that stands before step round + 1 under the experiment's seed.
    const Buffer<LaneState> lane(
        device, std::vector<LaneState>{{.seed = seed_, .step = round.round, .samples = 1}});
    const Buffer<float> zero(device, layout_.masked);
    room = Buffer<float>(device, layout_.state);
    kernels::score_weights(device, frozen(), 1, lane.data(), round.global, {zero.data(), 0},
                           {room.data(), 0});
    device.copy_within(room.data() + layout_.masked, round.global + layout_.masked,
                       (layout_.state - layout_.masked) * sizeof(float));
    return room.data();
}

MethodEntry fedpm_entry() {
    MethodEntry entry = method_entry(
        "fedpm", "FedPM", "a mask, learned over frozen random weights", MethodName::fedpm,
        Schema<std::monostate>(), [](const std::monostate&, const MethodSetting& setting) {
            return std::make_unique<FedPm>(setting.layout, setting.seed);
        });
    entry.lr = 0.1;
    entry.trains_weights = false;
    return entry;
}

} // namespace fedmrn
