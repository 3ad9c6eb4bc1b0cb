// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/rotated.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/method/codes.hpp"
#include "engine/method/incoming.hpp"
#include "kernels/hadamard.hpp"

namespace fedmrn {
namespace {

std::vector<CodesCodec::Place> slices_of(const ParameterLayout& layout) {
    std::vector<CodesCodec::Place> slices;
    for (std::size_t first = 0; first < layout.masked;) {
        slices.push_back({first, std::bit_floor(layout.masked - first)});
        first += slices.back().elements;
    }
    return slices;
}

class RotatedCodec final : public CodesCodec {
public:
    RotatedCodec(const RotatedRule& rule, const ParameterLayout& layout)
        : CodesCodec({.stamp = {rule.method, static_cast<std::uint8_t>(rule.estimate),
                                static_cast<float>(rule.bits)},
                      .bits = rule.bits},
                     layout, slices_of(layout)),
          book_(formula::codebook(rule.bits)), estimate_(rule.estimate) {}

private:
    void pack(Device& device, const RoundContext& /*round*/, std::span<const TrainedClient> clients,
              Outgoing& messages) const override {
        const std::size_t masked = layout().masked;
        const std::size_t at_once = std::min(clients.size(), clients_at_once(masked));
        Buffer<float> rotated(device, at_once * masked);
        for (std::size_t begin = 0; begin < clients.size(); begin += at_once) {
            const std::size_t end = std::min(clients.size(), begin + at_once);
            for (std::size_t t = 0; t < places().size(); ++t) {
                const Place& place = places()[t];
                std::vector<kernels::RotationSource> turned;
                std::vector<kernels::CentroidSource> coded;
                for (std::size_t k = begin; k < end; ++k) {
                    DevicePointer<float> own = rotated.data() + (k - begin) * masked + place.offset;
                    turned.push_back({clients[k].seed, clients[k].update + place.offset, own});
                    coded.push_back({own, messages.scales(k) + t, messages.packed(k) + place.word});
                }
                kernels::rotate(device, place.offset, turned, place.elements);
                kernels::nearest_centroids(device, book_, estimate_, coded, place.elements);
            }
        }
    }

    void unpack(Device& device, const RoundContext& /*round*/,
                std::span<const MessageView> messages,
                DevicePointer<float> updates) const override {
        const Buffer<std::uint32_t> codes =
            on_device(device, messages, &MessageView::packed, words());
        for (std::size_t t = 0; t < places().size(); ++t) {
            const Place& place = places()[t];
            std::vector<kernels::CodedSlice> coded;
            for (std::size_t k = 0; k < messages.size(); ++k) {
                coded.push_back({messages[k].seed, codes.data() + k * words() + place.word,
                                 messages[k].scales[t],
                                 updates + k * layout().state + place.offset});
            }
            kernels::rotate_back(device, book_, place.offset, coded, place.elements);
        }
    }

    /// |an element| ≤ scale · √n: all n values of a slice may point its way.
    [[nodiscard]] float scale_limit(std::size_t scale) const override {
        return formula::dense_limit / std::sqrt(static_cast<float>(places()[scale].elements));
    }

    formula::Codebook book_;
    formula::Estimate estimate_;
};

} // namespace

RotatedMethod::RotatedMethod(const RotatedRule& rule, const ParameterLayout& layout)
    : Method(std::make_unique<UpdateVariables>(layout),
             std::make_unique<RotatedCodec>(rule, layout),
             std::make_unique<MeanAggregation>(layout.state)) {}

} // namespace fedmrn
