// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/rotated.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/method/dense.hpp"
#include "kernels/hadamard.hpp"

namespace fedmrn {
namespace {

PackedRule packed_rule(const RotatedRule& rule) {
    return {.method = rule.method,
            .variant = static_cast<std::uint8_t>(rule.estimate),
            .parameter = static_cast<float>(rule.bits),
            .levels = (1u << (rule.bits - 1)) - 1,
            .scale = formula::ScaleKind::norm}; // one is sent: which, pack() decides
}

} // namespace

RotatedMethod::RotatedMethod(const RotatedRule& rule, const ParameterLayout& layout)
    : PackedMethod(packed_rule(rule), layout,
                   [&] {
                       std::vector<Place> slices;
                       for (std::size_t first = 0; first < layout.masked;) {
                           slices.push_back({first, std::bit_floor(layout.masked - first)});
                           first += slices.back().elements;
                       }
                       return slices;
                   }()),
      book_(formula::codebook(rule.bits)), estimate_(rule.estimate) {}

void RotatedMethod::pack(Device& device, std::span<const TrainedClient> clients,
                         std::uint32_t* codes, float* scales) const {
    const std::size_t masked = layout().masked, slices = places().size();
    const std::size_t at_once = std::min(clients.size(), clients_at_once(masked));
    Buffer<float> rotated(device, at_once * masked);
    for (std::size_t begin = 0; begin < clients.size(); begin += at_once) {
        const std::size_t end = std::min(clients.size(), begin + at_once);
        for (std::size_t t = 0; t < slices; ++t) {
            const Place& place = places()[t];
            std::vector<kernels::RotationSource> turned;
            std::vector<kernels::CentroidSource> coded;
            for (std::size_t k = begin; k < end; ++k) {
                float* own = rotated.data() + (k - begin) * masked + place.offset;
                turned.push_back({clients[k].seed, clients[k].update + place.offset, own});
                coded.push_back({own, scales + k * slices + t, codes + k * words() + place.word});
            }
            kernels::rotate(device, place.offset, turned, place.elements);
            kernels::nearest_centroids(device, book_, estimate_, coded, place.elements);
        }
    }
}

void RotatedMethod::add(Device& device, std::span<const Message> messages,
                        const std::uint32_t* codes, formula::Wide* sum) const {
    const std::size_t masked = layout().masked;
    const std::size_t at_once = std::min(messages.size(), clients_at_once(masked));
    Buffer<float> values(device, at_once * masked);
    for (std::size_t begin = 0; begin < messages.size(); begin += at_once) {
        const std::size_t end = std::min(messages.size(), begin + at_once);
        for (std::size_t t = 0; t < places().size(); ++t) {
            const Place& place = places()[t];
            std::vector<kernels::CodedSlice> coded;
            for (std::size_t k = begin; k < end; ++k) {
                coded.push_back({messages[k].seed, codes + k * words() + place.word,
                                 messages[k].scales[t],
                                 values.data() + (k - begin) * masked + place.offset});
            }
            kernels::rotate_back(device, book_, place.offset, coded, place.elements);
        }
        std::vector<kernels::DenseValues> clients;
        for (std::size_t k = begin; k < end; ++k) {
            clients.push_back({values.data() + (k - begin) * masked, messages[k].samples});
        }
        kernels::aggregate_dense(device, clients, masked, sum);
    }
}

float RotatedMethod::scale_limit(const Place& place) const {
    return formula::dense_limit / std::sqrt(static_cast<float>(place.elements));
}

} // namespace fedmrn
