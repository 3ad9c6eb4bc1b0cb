// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/dense_training.hpp"
#include "engine/method/matrices.hpp"
#include "engine/method/registry.hpp"

namespace fedmrn {

struct PowerSgdOptions : Compressed {
    PowerSgdOptions() : Compressed{true} {}
    std::uint32_t rank = 4;
    std::uint32_t iterations = 2; ///< of the power method
};

/// PowerSGD (Vogels et al., NeurIPS 2019) as an uplink of updates: a few steps of the power method
/// from random factors make P with orthonormal columns and Q = Mᵀ·P, both sent as float32. A matrix
/// that its factors would not shorten is sent as it is.
class PowerSgd final : public DenseTraining {
public:
    PowerSgd(const PowerSgdOptions& options, const ParameterLayout& layout);
    using Method::encode;
    [[nodiscard]] PendingMessages encode(Device& device,
                                         std::span<const TrainedClient> clients) const override;
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const override;
    void aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                   double* mean) const override;

private:
    void queue_factors(Device& device, const MatrixPlace& place,
                       std::span<const TrainedClient> clients, float* floats) const;

    std::uint32_t rank_, iterations_;
    std::vector<MatrixPlace> places_;
    std::size_t sent_ = 0;   ///< floats of the masked tensors in a message
    std::size_t floats_ = 0; ///< all floats of a message
};

} // namespace fedmrn
