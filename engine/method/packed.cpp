// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/packed.hpp"

#include <string>

#include "engine/method/dense.hpp"
#include "engine/method/payload.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {

PackedMethod::PackedMethod(const PackedRule& rule, const ParameterLayout& layout)
    : PackedMethod(rule, layout, [&] {
          std::vector<Place> places;
          for (const TensorSpec& tensor : layout.tensors) {
              if (tensor.role == Role::masked) {
                  places.push_back({tensor.offset, tensor.elements()});
              }
          }
          return places;
      }()) {}

PackedMethod::PackedMethod(const PackedRule& rule, const ParameterLayout& layout,
                           std::vector<Place> places)
    : DenseTraining(layout), rule_(rule), places_(std::move(places)) {
    for (Place& place : places_) {
        place.word = words_;
        words_ += (place.elements + 31) / 32 * formula::code_bits(rule.levels);
    }
}

PendingMessages PackedMethod::encode(Device& device, std::span<const TrainedClient> clients) const {
    const std::size_t dense = layout().state - layout().masked;
    Buffer<std::uint32_t> codes(device, clients.size() * words_);
    Buffer<float> scales(device, clients.size() * places_.size());
    Buffer<float> changes(device, clients.size() * dense);
    pack(device, clients, codes.data(), scales.data());
    queue_changes(device, layout(), layout().masked, clients, changes.data(), dense);
    std::vector<Message> messages;
    for (const TrainedClient& client : clients) {
        Message& message =
            messages.emplace_back(message_of(rule_.method, client, table(client.round.round)));
        message.variant = rule_.variant;
        message.parameter = rule_.parameter;
    }
    return [code = Payload(device, codes, words_), scale = Payload(device, scales, places_.size()),
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

void PackedMethod::pack(Device& device, std::span<const TrainedClient> clients,
                        std::uint32_t* codes, float* scales) const {
    for (std::size_t t = 0; t < places_.size(); ++t) {
        const Place& place = places_[t];
        std::vector<kernels::ScaleSource> measured;
        std::vector<kernels::QuantizeSource> packed;
        for (std::size_t k = 0; k < clients.size(); ++k) {
            const float* values = clients[k].update + place.offset;
            float* scale = scales + k * places_.size() + t;
            measured.push_back({values, scale});
            packed.push_back({clients[k].seed, values, scale, codes + k * words_ + place.word});
        }
        if (rule_.scale) {
            kernels::tensor_scales(device, *rule_.scale, measured, place.elements);
        }
        kernels::quantize(device, rule_.levels, static_cast<std::uint32_t>(t), packed,
                          place.elements);
    }
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
    add(device, messages, codes.data(), sum.data());
    kernels::mean_of_dense(device, layout().masked, sum.data(), samples, mean);
    aggregate_dense_change(device, layout(), layout().masked, messages, mean);
}

void PackedMethod::add(Device& device, std::span<const Message> messages,
                       const std::uint32_t* codes, formula::Wide* sum) const {
    for (std::size_t t = 0; t < places_.size(); ++t) {
        const Place& place = places_[t];
        std::vector<kernels::PackedValues> clients;
        for (std::size_t k = 0; k < messages.size(); ++k) {
            const float scale = rule_.scale ? messages[k].scales[t] : 1.0f;
            clients.push_back({codes + k * words_ + place.word, scale, messages[k].samples});
        }
        kernels::aggregate_packed(device, rule_.levels, clients, place.elements,
                                  sum + place.offset);
    }
}

void PackedMethod::check(const Message& message) const {
    if (message.method != static_cast<std::uint8_t>(rule_.method) ||
        message.variant != rule_.variant || message.parameter != rule_.parameter) {
        throw Error("uplink message of client " + std::to_string(message.client) +
                    ": made with another method, vote, levels or estimate than this experiment's");
    }
    for (std::size_t t = 0; t < message.scales.size(); ++t) {
        check_scale(message, message.scales[t], scale_limit(places_[t]));
    }
}

} // namespace fedmrn
