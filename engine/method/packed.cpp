// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/packed.hpp"

#include "engine/method/incoming.hpp"
#include "engine/method/masked.hpp"

namespace fedmrn {
namespace {

std::vector<CodesCodec::Place> tensors_of(const ParameterLayout& layout) {
    std::vector<CodesCodec::Place> places;
    for (const TensorSpec& tensor : masked_tensors(layout)) {
        places.push_back({tensor.offset, tensor.elements()});
    }
    return places;
}

} // namespace

PackedCodec::PackedCodec(const PackedRule& rule, const ParameterLayout& layout)
    : CodesCodec({.stamp = {rule.method, rule.variant, rule.parameter},
                  .bits = formula::code_bits(rule.levels),
                  .kind = !rule.scale    ? Encoding::packed
                          : rule.buckets ? Encoding::bucketed
                                         : Encoding::scaled},
                 layout, tensors_of(layout)),
      rule_(rule) {}

void PackedCodec::pack(Device& device, const RoundContext& /*round*/,
                       std::span<const TrainedClient> clients, Outgoing& messages) const {
    for (std::size_t t = 0; t < places().size(); ++t) {
        const Place& place = places()[t];
        std::vector<kernels::ScaleSource> measured;
        std::vector<kernels::QuantizeSource> packed;
        for (std::size_t k = 0; k < clients.size(); ++k) {
            DevicePointer<const float> values = clients[k].update + place.offset;
            DevicePointer<float> scale = rule_.scale ? messages.scales(k) + place.scale : nullptr;
            measured.push_back({values, scale});
            packed.push_back({clients[k].seed, values, scale, messages.packed(k) + place.word});
        }
        if (rule_.scale) {
            kernels::tensor_scales(device, *rule_.scale, measured, place.elements, bucket());
        }
        kernels::quantize(device, rule_.levels, static_cast<std::uint32_t>(t), packed,
                          place.elements, bucket());
    }
}

void PackedCodec::add_codes(Device& device, const WeightedMessages& messages,
                            DevicePointer<formula::Wide> sum) const {
    const Buffer<std::uint32_t> codes =
        on_device(device, messages.messages, &MessageView::packed, words());
    const std::size_t of_buckets = rule_.buckets ? scales() : 0;
    const Buffer<float> buckets =
        on_device(device, messages.messages, &MessageView::scales, of_buckets);
    for (const Place& place : places()) {
        std::vector<kernels::PackedValues> clients;
        for (std::size_t k = 0; k < messages.size(); ++k) {
            kernels::PackedValues client{.words = codes.data() + k * words() + place.word,
                                         .scale = 1.0f,
                                         .samples = messages.weights[k]};
            if (rule_.buckets) {
                client.scales = buckets.data() + k * of_buckets + place.scale;
            } else if (rule_.scale) {
                client.scale = messages.messages[k].scales[place.scale];
            }
            clients.push_back(client);
        }
        kernels::aggregate_packed(device, rule_.levels, clients, place.elements, bucket(),
                                  sum + place.offset);
    }
}

void PackedCodec::add(Device& device, const RoundContext& /*round*/,
                      const WeightedMessages& messages, DevicePointer<formula::Wide> sum) const {
    add_codes(device, messages, sum);
    add_rest(device, messages, rest(), sum + layout().masked);
}

void PackedCodec::unpack(Device& device, const RoundContext& /*round*/,
                         std::span<const MessageView> messages,
                         DevicePointer<float> updates) const {
    const std::size_t masked = layout().masked;
    const std::uint64_t once = 1;
    Buffer<formula::Wide> sum(device, masked);
    Buffer<double> values(device, masked);
    for (std::size_t k = 0; k < messages.size(); ++k) {
        sum.clear();
        add_codes(device, {messages.subspan(k, 1), {&once, 1}}, sum.data());
        kernels::mean_of_dense(device, masked, sum.data(), once, values.data());
        interpret(device, values.data());
        round_values(device, masked, values.data(), updates + k * layout().state);
    }
}

PackedMethod::PackedMethod(const PackedRule& rule, const ParameterLayout& layout)
    : Method(std::make_unique<UpdateVariables>(layout), std::make_unique<PackedCodec>(rule, layout),
             std::make_unique<MeanAggregation>(layout.state)) {}

} // namespace fedmrn
