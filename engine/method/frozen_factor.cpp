// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/frozen_factor.hpp"

#include <algorithm>
#include <cmath>

#include "engine/method/incoming.hpp"
#include "engine/method/matrices.hpp"
#include "engine/method/registry.hpp"
#include "engine/method/state_codec.hpp"
#include "kernels/frozen_factor.hpp"
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

std::vector<MatrixPlace> places_of(const FrozenFactorOptions& options,
                                   const ParameterLayout& layout) {
    const double ratio = static_cast<double>(static_cast<float>(options.ratio)); // the header's
    std::vector<MatrixPlace> places = matrices_of(layout);
    for (MatrixPlace& place : places) {
        const auto larger = static_cast<double>(std::max(place.rows, place.columns));
        place.rank = std::max<std::size_t>(1, std::llround(ratio * larger));
        place.floats = shape_of(place).values();
    }
    place_floats(places);
    return places;
}

class FactorVariables final : public UpdateVariables {
public:
    FactorVariables(const FrozenFactorOptions& options, const ParameterLayout& layout)
        : UpdateVariables(layout), places_(places_of(options, layout)) {}

    void weights(Device& device, const LocalStep& step) const override {
        for (const MatrixPlace& place : places_) {
            kernels::frozen_weights(device, shape_of(place), step.lanes, step.states,
                                    step.global + place.offset, step.update.at(place.offset),
                                    step.weights.at(place.offset));
        }
        add_update(device, step, layout().masked);
    }
    void gradient(Device& device, const LocalStep& step) const override {
        for (const MatrixPlace& place : places_) {
            kernels::frozen_gradient(device, shape_of(place), step.lanes, step.states,
                                     step.gradient.at(place.offset));
        }
    }
    [[nodiscard]] bool decays_weights() const override { return false; }

private:
    std::vector<MatrixPlace> places_;
};

/// The trained factors.
class FactorCodec final : public StateCodec {
public:
    FactorCodec(const FrozenFactorOptions& options, const ParameterLayout& layout)
        : StateCodec(layout, layout.masked), ratio_(static_cast<float>(options.ratio)),
          places_(places_of(options, layout)), sent_(place_floats(places_)) {}

private:
    [[nodiscard]] Stamp stamp(const RoundContext& /*round*/) const override {
        return {FrozenFactor::wire, 0, ratio_};
    }
    [[nodiscard]] std::vector<TensorEntry> packed_table(std::uint32_t /*round*/) const override {
        std::vector<TensorEntry> table;
        for (const MatrixPlace& place : places_) {
            table.push_back({Encoding::float32, place.floats});
        }
        return table;
    }
    void pack(Device& device, const RoundContext& /*round*/, std::span<const TrainedClient> clients,
              Outgoing& messages) const override {
        pack_floats(device, clients, places_, messages);
    }
    void unpack(Device& device, const RoundContext& /*round*/,
                std::span<const MessageView> messages,
                DevicePointer<float> updates) const override {
        const Buffer<float> floats = on_device(device, messages, &MessageView::dense, sent_);
        for (const MatrixPlace& place : places_) {
            std::vector<kernels::FrozenProduct> products;
            for (std::size_t k = 0; k < messages.size(); ++k) {
                products.push_back({messages[k].seed, floats.data() + k * sent_ + place.at,
                                    updates + k * layout().state + place.offset});
            }
            kernels::multiply_frozen(device, shape_of(place), products);
        }
    }

    float ratio_;
    std::vector<MatrixPlace> places_;
    std::size_t sent_; ///< floats of the masked tensors in a message
};

} // namespace

FrozenFactor::FrozenFactor(const FrozenFactorOptions& options, const ParameterLayout& layout)
    : Method(std::make_unique<FactorVariables>(options, layout),
             std::make_unique<FactorCodec>(options, layout),
             std::make_unique<MeanAggregation>(layout.state)) {}

MethodEntry frozen_factor_entry() {
    using O = FrozenFactorOptions;
    auto schema = Schema<O>().number("ratio", &O::ratio, {'(', 0, 1, ']'}, "floats sent of all");
    MethodEntry entry = method_entry(
        "frozen_factor", "Frozen factor", "a factor over a frozen random one", FrozenFactor::wire,
        schema, [](const O& options, const MethodSetting& setting) {
            return std::make_unique<FrozenFactor>(options, setting.layout);
        });
    label_with(entry, schema, [](const O& options) {
        return fmt::format("Frozen factor (ratio {:.3g})", options.ratio);
    });
    entry.trains_weights = false;
    return entry;
}

} // namespace fedmrn
