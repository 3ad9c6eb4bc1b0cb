// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/powersgd.hpp"

#include <algorithm>

#include "engine/method/incoming.hpp"
#include "engine/method/matrices.hpp"
#include "engine/method/registry.hpp"
#include "engine/method/state_codec.hpp"
#include "kernels/low_rank.hpp"
#include <fmt/format.h>

namespace fedmrn {
namespace {

kernels::FactorShape shape_of(const MatrixPlace& place) {
    return {place.rows, place.columns, place.rank};
}

class LowRankCodec final : public StateCodec {
public:
    LowRankCodec(const PowerSgdOptions& options, const ParameterLayout& layout)
        : StateCodec(layout, layout.masked), rank_(options.rank), iterations_(options.iterations),
          places_(matrices_of(layout)) {
        for (MatrixPlace& place : places_) {
            const std::size_t rank = std::min<std::size_t>({rank_, place.rows, place.columns});
            const std::size_t factors = rank * (place.rows + place.columns);
            place.rank = factors < place.elements() ? rank : 0;
            place.floats = std::min(factors, place.elements());
        }
        sent_ = place_floats(places_);
    }

private:
    [[nodiscard]] Stamp stamp(const RoundContext& /*round*/) const override {
        return {PowerSgd::wire, 0, static_cast<float>(rank_)};
    }
    [[nodiscard]] std::vector<TensorEntry> packed_table(std::uint32_t /*round*/) const override {
        std::vector<TensorEntry> table;
        for (const MatrixPlace& place : places_) {
            if (place.rank == 0) {
                table.push_back({Encoding::float32, place.floats});
                continue;
            }
            table.push_back({Encoding::float32, place.rank * place.rows});
            table.push_back({Encoding::float32, place.rank * place.columns});
        }
        return table;
    }

    void pack(Device& device, const RoundContext& /*round*/, std::span<const TrainedClient> clients,
              Outgoing& messages) const override {
        for (const MatrixPlace& place : places_) {
            if (place.rank != 0) {
                queue_factors(device, place, clients, messages);
                continue;
            }
            for (std::size_t k = 0; k < clients.size(); ++k) {
                device.copy_within(messages.dense(k) + place.at, clients[k].update + place.offset,
                                   place.floats * sizeof(float));
            }
        }
    }

    /// The factors of one matrix of all clients.
    void queue_factors(Device& device, const MatrixPlace& place,
                       std::span<const TrainedClient> clients, Outgoing& messages) const {
        const kernels::FactorShape shape = shape_of(place);
        std::vector<kernels::MatrixFactors> factors;
        for (std::size_t k = 0; k < clients.size(); ++k) {
            DevicePointer<float> p = messages.dense(k) + place.at;
            factors.push_back({clients[k].seed, clients[k].update + place.offset, p,
                               p + place.rank * place.rows});
        }
        kernels::start_factors(device, shape, place.tensor, factors);
        for (std::uint32_t i = 0; i < iterations_; ++i) {
            kernels::multiply_rows(device, shape, factors);
            kernels::orthonormalise(device, shape, factors);
            kernels::multiply_columns(device, shape, factors);
        }
    }

    void unpack(Device& device, const RoundContext& /*round*/,
                std::span<const MessageView> messages,
                DevicePointer<float> updates) const override {
        const Buffer<float> floats = on_device(device, messages, &MessageView::dense, sent_);
        for (const MatrixPlace& place : places_) {
            std::vector<kernels::FactorProduct> products;
            for (std::size_t k = 0; k < messages.size(); ++k) {
                DevicePointer<const float> p = floats.data() + k * sent_ + place.at;
                DevicePointer<float> matrix = updates + k * layout().state + place.offset;
                if (place.rank == 0) {
                    device.copy_within(matrix, p, place.floats * sizeof(float));
                } else {
                    products.push_back({p, p + place.rank * place.rows, matrix});
                }
            }
            kernels::multiply_factors(device, shape_of(place), products);
        }
    }

    std::uint32_t rank_, iterations_;
    std::vector<MatrixPlace> places_;
    std::size_t sent_ = 0; ///< floats of the masked tensors in a message
};

} // namespace

PowerSgd::PowerSgd(const PowerSgdOptions& options, const ParameterLayout& layout)
    : Method(std::make_unique<UpdateVariables>(layout),
             std::make_unique<LowRankCodec>(options, layout),
             std::make_unique<MeanAggregation>(layout.state)) {}

MethodEntry powersgd_entry() {
    using O = PowerSgdOptions;
    auto schema = feedback<O>()
                      .integer("rank", &O::rank, 1, 1024, "rank of the factors")
                      .integer("iterations", &O::iterations, 1, 64, "of the power method");
    MethodEntry entry =
        method_entry("powersgd", "PowerSGD", "factors of the update by the power method",
                     PowerSgd::wire, schema, [](const O& options, const MethodSetting& setting) {
                         return std::make_unique<PowerSgd>(options, setting.layout);
                     });
    label_with(entry, schema,
               [](const O& options) { return fmt::format("PowerSGD (rank {})", options.rank); });
    return entry;
}

} // namespace fedmrn
