// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/packed.hpp"

#include <string>

#include "engine/method/dense.hpp"
#include "engine/method/payload.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {

PackedMethod::PackedMethod(const PackedRule& rule, const ParameterLayout& layout)
    : DenseTraining(layout), rule_(rule) {
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.role == Role::masked) {
            places_.push_back({tensor.offset, tensor.elements(), words_});
            words_ += (tensor.elements() + 31) / 32 * formula::code_bits(rule.levels);
        }
    }
}

PendingMessages PackedMethod::encode(Device& device, std::span<const TrainedClient> clients) const {
    const std::size_t dense = layout().state - layout().masked, tensors = places_.size();
    Buffer<std::uint32_t> codes(device, clients.size() * words_);
    Buffer<float> scales(device, clients.size() * tensors);
    Buffer<float> changes(device, clients.size() * dense);
    for (std::size_t t = 0; t < tensors; ++t) {
        const Place& place = places_[t];
        std::vector<kernels::ScaleSource> measured;
        std::vector<kernels::QuantizeSource> packed;
        for (std::size_t k = 0; k < clients.size(); ++k) {
            const float* values = clients[k].update + place.offset;
            float* scale = scales.data() + k * tensors + t;
            measured.push_back({values, scale});
            packed.push_back(
                {clients[k].seed, values, scale, codes.data() + k * words_ + place.word});
        }
        if (rule_.scale) {
            kernels::tensor_scales(device, *rule_.scale, measured, place.elements);
        }
        kernels::quantize(device, rule_.levels, static_cast<std::uint32_t>(t), packed,
                          place.elements);
    }
    queue_changes(device, layout(), layout().masked, clients, changes.data(), dense);
    std::vector<Message> messages;
    for (const TrainedClient& client : clients) {
        Message& message =
            messages.emplace_back(message_of(rule_.method, client, table(client.round.round)));
        message.variant = rule_.variant;
        message.parameter = rule_.parameter;
    }
    return [code = Payload(device, codes, words_), scale = Payload(device, scales, tensors),
            change = Payload(device, changes, dense), scaled = rule_.scale.has_value(),
            messages]() mutable {
        for (std::size_t k = 0; k < messages.size(); ++k) {
            messages[k].packed = code.of(k);
            if (scaled) {
                messages[k].scales = scale.of(k);
            }
            messages[k].dense = change.of(k);
        }
        return std::move(messages);
    };
}

std::vector<TensorEntry> PackedMethod::table(std::uint32_t /*round*/) const {
    const Encoding encoding =
        packed_encoding(formula::code_bits(rule_.levels), rule_.scale.has_value());
    std::vector<TensorEntry> table;
    for (const Place& place : places_) {
        table.push_back({encoding, place.elements});
    }
    append_dense_table(layout(), layout().masked, table);
    return table;
}

void PackedMethod::aggregate(Device& device, const RoundContext& /*round*/,
                             std::span<const Message> messages, double* mean) const {
    const std::uint64_t samples = total_samples(messages);
    Buffer<std::uint32_t> codes(device, words_ * messages.size());
    for (std::size_t k = 0; k < messages.size(); ++k) {
        check(messages[k]);
        codes.write(messages[k].packed, k * words_);
    }
    Buffer<formula::Wide> sum(device, layout().masked);
    for (std::size_t t = 0; t < places_.size(); ++t) {
        const Place& place = places_[t];
        std::vector<kernels::PackedValues> clients;
        for (std::size_t k = 0; k < messages.size(); ++k) {
            const float scale = rule_.scale ? messages[k].scales[t] : 1.0f;
            clients.push_back({codes.data() + k * words_ + place.word, scale, messages[k].samples});
        }
        kernels::aggregate_packed(device, rule_.levels, clients, place.elements,
                                  sum.data() + place.offset);
    }
    kernels::mean_of_dense(device, layout().masked, sum.data(), samples, mean);
    aggregate_dense_change(device, layout(), layout().masked, messages, mean);
}

void PackedMethod::check(const Message& message) const {
    const std::string who = "uplink message of client " + std::to_string(message.client);
    if (message.method != static_cast<std::uint8_t>(rule_.method) ||
        message.variant != rule_.variant || message.parameter != rule_.parameter) {
        throw Error(who + ": made with another method, vote or levels than this experiment's");
    }
    for (const float scale : message.scales) {
        if (!(scale >= 0.0f)) {
            throw Error(who + ": a scale is " + std::to_string(scale) + ", expected at least 0");
        }
        if (!(scale < formula::dense_limit)) {
            throw Error("round " + std::to_string(message.round) + ", client " +
                            std::to_string(message.client) + ": its update has the scale " +
                            std::to_string(scale) +
                            ", so its training has diverged; lower client.lr",
                        Fault::run);
        }
    }
}

} // namespace fedmrn
