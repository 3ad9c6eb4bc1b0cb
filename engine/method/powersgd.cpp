// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/powersgd.hpp"

#include <algorithm>

#include "engine/method/dense.hpp"
#include "engine/method/payload.hpp"
#include "kernels/low_rank.hpp"
#include <fmt/format.h>

namespace fedmrn {
namespace {

kernels::FactorShape shape_of(const MatrixPlace& place) {
    return {place.rows, place.columns, place.rank};
}

} // namespace

PowerSgd::PowerSgd(const PowerSgdOptions& options, const ParameterLayout& layout)
    : DenseTraining(layout), rank_(options.rank), iterations_(options.iterations),
      places_(matrices_of(layout)) {
    for (MatrixPlace& place : places_) {
        const std::size_t rank = std::min<std::size_t>({rank_, place.rows, place.columns});
        const std::size_t factors = rank * (place.rows + place.columns);
        place.rank = factors < place.elements() ? rank : 0;
        place.floats = std::min(factors, place.elements());
    }
    sent_ = place_floats(places_);
    floats_ = sent_ + layout.state - layout.masked;
}

/// The factors of one matrix of all clients, into floats [clients][floats_].
void PowerSgd::queue_factors(Device& device, const MatrixPlace& place,
                             std::span<const TrainedClient> clients, float* floats) const {
    const kernels::FactorShape shape = shape_of(place);
    std::vector<kernels::MatrixFactors> factors;
    for (std::size_t k = 0; k < clients.size(); ++k) {
        float* p = floats + k * floats_ + place.at;
        factors.push_back(
            {clients[k].seed, clients[k].update + place.offset, p, p + place.rank * place.rows});
    }
    kernels::start_factors(device, shape, place.tensor, factors);
    for (std::uint32_t i = 0; i < iterations_; ++i) {
        kernels::multiply_rows(device, shape, factors);
        kernels::orthonormalise(device, shape, factors);
        kernels::multiply_columns(device, shape, factors);
    }
}

PendingMessages PowerSgd::encode(Device& device, std::span<const TrainedClient> clients) const {
    Buffer<float> floats(device, clients.size() * floats_);
    for (const MatrixPlace& place : places_) {
        if (place.rank != 0) {
            queue_factors(device, place, clients, floats.data());
            continue;
        }
        for (std::size_t k = 0; k < clients.size(); ++k) {
            device.copy_within(floats.data() + k * floats_ + place.at,
                               clients[k].update + place.offset, place.floats * sizeof(float));
        }
    }
    queue_changes(device, layout(), layout().masked, clients, floats.data() + sent_, floats_);
    std::vector<Message> messages;
    for (const TrainedClient& client : clients) {
        messages.push_back(message_of(MethodName::powersgd, client, table(client.round.round)));
        messages.back().parameter = static_cast<float>(rank_);
    }
    return [dense = Payload(device, floats, floats_), messages]() mutable {
        for (std::size_t k = 0; k < messages.size(); ++k) {
            messages[k].dense = dense.of(k);
        }
        return std::move(messages);
    };
}

std::vector<TensorEntry> PowerSgd::table(std::uint32_t /*round*/) const {
    std::vector<TensorEntry> table;
    for (const MatrixPlace& place : places_) {
        if (place.rank == 0) {
            table.push_back({Encoding::float32, place.floats});
            continue;
        }
        table.push_back({Encoding::float32, place.rank * place.rows});
        table.push_back({Encoding::float32, place.rank * place.columns});
    }
    append_dense_table(layout(), layout().masked, table);
    return table;
}

void PowerSgd::aggregate(Device& device, const RoundContext& /*round*/,
                         std::span<const Message> messages, double* mean) const {
    for (const Message& message : messages) {
        check_made_with(message, MethodName::powersgd, static_cast<float>(rank_));
    }
    const std::size_t state = layout().state;
    const DecodeMatrices decode = [&](std::span<const Message> clients, const float* floats,
                                      float* values) {
        for (const MatrixPlace& place : places_) {
            std::vector<kernels::FactorProduct> products;
            for (std::size_t k = 0; k < clients.size(); ++k) {
                const float* p = floats + k * floats_ + place.at;
                float* matrix = values + k * state + place.offset;
                if (place.rank == 0) {
                    device.copy_within(matrix, p, place.floats * sizeof(float));
                } else {
                    products.push_back({p, p + place.rank * place.rows, matrix});
                }
            }
            kernels::multiply_factors(device, shape_of(place), products);
        }
    };
    aggregate_matrices(device, layout(), sent_, messages, decode, mean);
}

MethodEntry powersgd_entry() {
    using O = PowerSgdOptions;
    auto schema = feedback<O>()
                      .integer("rank", &O::rank, 1, 1024, "rank of the factors")
                      .integer("iterations", &O::iterations, 1, 64, "of the power method");
    MethodEntry entry = method_entry(
        "powersgd", "PowerSGD", "factors of the update by the power method", MethodName::powersgd,
        schema, [](const O& options, const MethodSetting& setting) {
            return std::make_unique<PowerSgd>(options, setting.layout);
        });
    label_with(entry, schema,
               [](const O& options) { return fmt::format("PowerSGD (rank {})", options.rank); });
    return entry;
}

} // namespace fedmrn
