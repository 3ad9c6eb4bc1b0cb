// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedmud.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/method/incoming.hpp"
#include "engine/method/masked.hpp"
#include "engine/method/matrices.hpp"
#include "engine/method/registry.hpp"
#include "engine/method/state_codec.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr double ratio_step = 1e-3; ///< as the authors' search, and its end

/// Factors of about ratio · n floats; without terms where they would be n or more.
kernels::KroneckerShape shape_of(double ratio, std::size_t n) {
    kernels::KroneckerShape shape{.elements = n};
    shape.terms = static_cast<std::size_t>(std::ceil(ratio * ratio * static_cast<double>(n) / 4));
    for (shape.side = 1; shape.terms * shape.side * shape.side * shape.side * shape.side < n;) {
        ++shape.side;
    }
    return shape.values() < n ? shape : kernels::KroneckerShape{.elements = n};
}

std::vector<FedMudPlace> places_at(double ratio, const ParameterLayout& layout) {
    const std::vector<TensorSpec> tensors = masked_tensors(layout);
    std::vector<FedMudPlace> places;
    std::size_t at = 0;
    for (const TensorSpec& tensor : tensors) {
        FedMudPlace place{.offset = tensor.offset, .elements = tensor.elements()};
        const bool end = &tensor == &tensors.front() || &tensor == &tensors.back();
        if (!end || tensors.size() < 3) {
            place.shape = shape_of(ratio, place.elements);
        }
        place.floats = place.shape.terms != 0 ? place.shape.values() : place.elements;
        place.at = at;
        at += place.floats;
        places.push_back(place);
    }
    return places;
}

std::size_t floats_of(const std::vector<FedMudPlace>& places) {
    return places.empty() ? 0 : places.back().at + places.back().floats;
}

/// Factors in the place of tensors, with what a round draws.
class FactorVariables final : public UpdateVariables {
public:
    FactorVariables(std::vector<FedMudPlace> places, const ParameterLayout& layout,
                    std::uint64_t seed)
        : UpdateVariables(layout), places_(std::move(places)), seed_(seed) {}

    [[nodiscard]] RoundData round_data(const RoundContext& round) const override {
        return round_data_of(formula::round_seed(seed_, round.round));
    }
    void weights(Device& device, const LocalStep& step) const override {
        for (const FedMudPlace& place : places_) {
            if (place.shape.terms == 0) {
                kernels::add_update(device, step.lanes, step.states, place.elements,
                                    step.global + place.offset, step.update.at(place.offset),
                                    step.weights.at(place.offset));
                continue;
            }
            kernels::kronecker_weights(device, place.shape, step.data_as<std::uint64_t>(),
                                       step.lanes, step.states, step.global + place.offset,
                                       step.update.at(place.offset), step.weights.at(place.offset));
        }
        add_update(device, step, layout().masked);
    }
    void gradient(Device& device, const LocalStep& step) const override {
        for (const FedMudPlace& place : places_) {
            if (place.shape.terms != 0) {
                kernels::kronecker_gradient(device, place.shape, step.data_as<std::uint64_t>(),
                                            step.lanes, step.states,
                                            step.gradient.at(place.offset));
            }
        }
    }
    [[nodiscard]] bool decays_weights() const override { return false; }

private:
    std::vector<FedMudPlace> places_;
    std::uint64_t seed_;
};

/// The trained factors, and tensors as they are. A magnitude of the frozen ones other than the
/// usual stands ahead of them, so that a message alone says what it means.
class FactorCodec final : public StateCodec {
public:
    FactorCodec(std::vector<FedMudPlace> places, const FedMudOptions& options,
                const ParameterLayout& layout, std::uint64_t seed)
        : StateCodec(layout, layout.masked), ratio_(static_cast<float>(options.ratio)),
          magnitude_(static_cast<float>(options.magnitude)),
          ahead_(magnitude_ != static_cast<float>(FedMudOptions{}.magnitude) ? 1 : 0),
          places_(std::move(places)), sent_(ahead_ + floats_of(places_)), seed_(seed) {
        for (FedMudPlace& place : places_) {
            place.at += ahead_;
        }
    }

    /// The experiment's, from which the round's follows.
    [[nodiscard]] std::uint64_t message_seed(std::uint64_t /*client_seed*/) const override {
        return seed_;
    }

    void check(const RoundContext& round, const MessageView& message) const override {
        StateCodec::check(round, message);
        if (ahead_ != 0 && message.dense.front() != magnitude_) {
            throw Error(fmt::format("uplink message of client {}: frozen factors of magnitude {}, "
                                    "expected {}",
                                    message.client, message.dense.front(), magnitude_));
        }
    }

private:
    [[nodiscard]] Stamp stamp(const RoundContext& /*round*/) const override {
        return {FedMud::wire, static_cast<std::uint8_t>(ahead_), ratio_};
    }
    [[nodiscard]] std::vector<TensorEntry> packed_table(std::uint32_t /*round*/) const override {
        std::vector<TensorEntry> table(ahead_, {Encoding::float32, 1});
        for (const FedMudPlace& place : places_) {
            table.push_back({Encoding::float32, place.floats});
        }
        return table;
    }
    void pack(Device& device, const RoundContext& /*round*/, std::span<const TrainedClient> clients,
              Outgoing& messages) const override {
        pack_floats(device, clients, places_, messages);
        for (std::size_t k = 0; ahead_ != 0 && k < clients.size(); ++k) {
            device.copy_in(messages.dense(k), &magnitude_, sizeof magnitude_);
        }
    }
    void unpack(Device& device, const RoundContext& /*round*/,
                std::span<const MessageView> messages,
                DevicePointer<float> updates) const override {
        const Buffer<float> floats = on_device(device, messages, &MessageView::dense, sent_);
        for (const FedMudPlace& place : places_) {
            std::vector<kernels::KroneckerProduct> products;
            for (std::size_t k = 0; k < messages.size(); ++k) {
                const auto own = floats.data() + k * sent_ + place.at;
                const auto update = updates + k * layout().state + place.offset;
                if (place.shape.terms == 0) {
                    device.copy_within(update, own, place.floats * sizeof(float));
                } else {
                    products.push_back(
                        {formula::round_seed(seed_, messages[k].round), own, update});
                }
            }
            kernels::multiply_kronecker(device, place.shape, products);
        }
    }

    float ratio_, magnitude_;
    std::size_t ahead_; ///< floats before the masked tensors'
    std::vector<FedMudPlace> places_;
    std::size_t sent_; ///< floats of the masked tensors in a message, and those
    std::uint64_t seed_;
};

} // namespace

std::vector<FedMudPlace> fedmud_places(float ratio, float magnitude,
                                       const ParameterLayout& layout) {
    const auto target = static_cast<double>(ratio), all = static_cast<double>(layout.trainable);
    double of_factors = target;
    std::vector<FedMudPlace> places = places_at(of_factors, layout);
    const auto share = [&] {
        const std::size_t rest = layout.trainable - layout.masked;
        return static_cast<double>(floats_of(places) + rest) / all;
    };
    while (share() - target > ratio_step && of_factors - ratio_step >= ratio_step) {
        of_factors -= ratio_step;
        places = places_at(of_factors, layout);
    }
    for (std::size_t t = 0; t < places.size(); ++t) {
        places[t].shape.tensor = static_cast<std::uint32_t>(t);
        places[t].shape.unit = magnitude * 0x1p-24f;
    }
    return places;
}

FedMud::FedMud(const FedMudOptions& options, const ParameterLayout& layout, std::uint64_t seed)
    : FedMud(options,
             fedmud_places(static_cast<float>(options.ratio), static_cast<float>(options.magnitude),
                           layout),
             layout, seed) {}

FedMud::FedMud(const FedMudOptions& options, const std::vector<FedMudPlace>& places,
               const ParameterLayout& layout, std::uint64_t seed)
    : Method(std::make_unique<FactorVariables>(places, layout, seed),
             std::make_unique<FactorCodec>(places, options, layout, seed),
             std::make_unique<MeanAggregation>(layout.state)) {}

MethodEntry fedmud_entry() {
    using O = FedMudOptions;
    auto schema = Schema<O>()
                      .number("ratio", &O::ratio, {'[', 1e-3, 1, ']'}, "floats sent of all")
                      .number("frozen_magnitude", &O::magnitude, {'[', 1e-6, 100, ']'},
                              "of the frozen factors");
    MethodEntry entry =
        method_entry("fedmud", "FedMUD", "trained factors of Kronecker products, the others frozen",
                     FedMud::wire, schema, [](const O& options, const MethodSetting& setting) {
                         return std::make_unique<FedMud>(options, setting.layout, setting.seed);
                     });
    label_with(entry, schema, [](const O& options) {
        return fmt::format("FedMUD (ratio {:.3g})", options.ratio);
    });
    entry.lr = 0.01;
    entry.trains_weights = false;
    return entry;
}

} // namespace fedmrn
