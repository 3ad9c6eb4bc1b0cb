// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"

namespace fedmrn {

/// FedAvg (McMahan et al., AISTATS 2017): the update as float32.
class FedAvg final : public Method {
public:
    explicit FedAvg(const ParameterLayout& layout) : layout_(layout) {}
    void local_weights(Device& device, std::size_t lanes, const LaneState* states,
                       const float* global, PerLane<const float> update,
                       PerLane<float> weights) const override;
    using Method::encode;
    [[nodiscard]] PendingMessages encode(Device& device,
                                         std::span<const TrainedClient> clients) const override;
    [[nodiscard]] std::vector<TensorEntry> table() const override;
    void aggregate(Device& device, std::span<const Message> messages, double* mean) const override;
    [[nodiscard]] bool decays_weights() const override { return true; }

private:
    ParameterLayout layout_;
};

} // namespace fedmrn
