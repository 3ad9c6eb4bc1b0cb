// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedmud.hpp"

#include <algorithm>
#include <cmath>

#include "engine/method/dense.hpp"
#include "engine/method/payload.hpp"
#include "engine/method/registry.hpp"
#include "kernels/update.hpp"
#include <fmt/format.h>

namespace fedmrn {
namespace {

/// A's elements are ±1/√rank, so that Aᵀ·A is the identity on the mean over seeds: a step of B then
/// moves D, on the mean, as the same step of D itself would, and the learning rates of dense
/// training serve. As a projection (±1/√larger) A would want a rate 1/ratio times as large, which
/// the parameters that are trained densely beside it do not bear.
kernels::FrozenShape shape_of(const MatrixPlace& place) {
    return {place.rows, place.columns, place.rank, place.tensor,
            static_cast<float>(1.0 / std::sqrt(static_cast<double>(place.rank)))};
}

} // namespace

FedMud::FedMud(const FedMudOptions& options, const ParameterLayout& layout)
    : layout_(layout), ratio_(static_cast<float>(options.ratio)), places_(matrices_of(layout)) {
    for (MatrixPlace& place : places_) {
        const auto larger = static_cast<double>(std::max(place.rows, place.columns));
        place.rank = std::max<std::size_t>(1, std::llround(options.ratio * larger));
        place.floats = shape_of(place).values();
    }
    sent_ = place_floats(places_);
    floats_ = sent_ + layout.state - layout.masked;
}

void FedMud::local_weights(Device& device, const LocalStep& step) const {
    const float* global = step.round.global;
    for (const MatrixPlace& place : places_) {
        kernels::frozen_weights(device, shape_of(place), step.lanes, step.states,
                                global + place.offset, step.update.at(place.offset),
                                step.weights.at(place.offset));
    }
    const std::size_t masked = layout_.masked;
    if (masked != layout_.trainable) {
        kernels::add_update(device, step.lanes, step.states, layout_.trainable - masked,
                            global + masked, step.update.at(masked), step.weights.at(masked));
    }
}

void FedMud::local_gradient(Device& device, const LocalStep& step) const {
    for (const MatrixPlace& place : places_) {
        kernels::frozen_gradient(device, shape_of(place), step.lanes, step.states,
                                 step.gradient.at(place.offset));
    }
}

PendingMessages FedMud::encode(Device& device, std::span<const TrainedClient> clients) const {
    Buffer<float> floats(device, clients.size() * floats_);
    for (std::size_t k = 0; k < clients.size(); ++k) {
        for (const MatrixPlace& place : places_) {
            device.copy_within(floats.data() + k * floats_ + place.at,
                               clients[k].update + place.offset, place.floats * sizeof(float));
        }
    }
    queue_changes(device, layout_, layout_.masked, clients, floats.data() + sent_, floats_);
    std::vector<Message> messages;
    for (const TrainedClient& client : clients) {
        messages.push_back(message_of(MethodName::fedmud, client, table(client.round.round)));
        messages.back().parameter = ratio_;
    }
    return [dense = Payload(device, floats, floats_), messages]() mutable {
        for (std::size_t k = 0; k < messages.size(); ++k) {
            messages[k].dense = dense.of(k);
        }
        return std::move(messages);
    };
}

std::vector<TensorEntry> FedMud::table(std::uint32_t /*round*/) const {
    std::vector<TensorEntry> table;
    for (const MatrixPlace& place : places_) {
        table.push_back({Encoding::float32, place.floats});
    }
    append_dense_table(layout_, layout_.masked, table);
    return table;
}

void FedMud::aggregate(Device& device, const RoundContext& /*round*/,
                       std::span<const Message> messages, double* mean) const {
    for (const Message& message : messages) {
        check_made_with(message, MethodName::fedmud, ratio_);
    }
    const DecodeMatrices decode = [&](std::span<const Message> clients, const float* floats,
                                      float* values) {
        for (const MatrixPlace& place : places_) {
            std::vector<kernels::FrozenProduct> products;
            for (std::size_t k = 0; k < clients.size(); ++k) {
                products.push_back({clients[k].seed, floats + k * floats_ + place.at,
                                    values + k * layout_.state + place.offset});
            }
            kernels::multiply_frozen(device, shape_of(place), products);
        }
    };
    aggregate_matrices(device, layout_, sent_, messages, decode, mean);
}

MethodEntry fedmud_entry() {
    using O = FedMudOptions;
    auto schema = Schema<O>().number("ratio", &O::ratio, {'(', 0, 1, ']'}, "floats sent of all");
    MethodEntry entry =
        method_entry("fedmud", "FedMUD", "a factor over a frozen random one", MethodName::fedmud,
                     schema, [](const O& options, const MethodSetting& setting) {
                         return std::make_unique<FedMud>(options, setting.layout);
                     });
    label_with(entry, schema, [](const O& options) {
        return fmt::format("FedMUD (ratio {:.3g})", options.ratio);
    });
    entry.trains_weights = false;
    return entry;
}

} // namespace fedmrn
