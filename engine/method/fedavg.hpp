// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/dense_training.hpp"

namespace fedmrn {

/// FedAvg (McMahan et al., AISTATS 2017): the update as float32.
class FedAvg final : public DenseTraining {
public:
    using DenseTraining::DenseTraining;
    using Method::encode;
    [[nodiscard]] PendingMessages encode(Device& device,
                                         std::span<const TrainedClient> clients) const override;
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const override;
    void aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                   double* mean) const override;
};

} // namespace fedmrn
