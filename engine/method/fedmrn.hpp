// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"
#include "kernels/mask.hpp"

namespace fedmrn {

/// FedMRN (Li et al., ACM MM 2024): a 1-bit mask, learned over random noise that a seed
/// regenerates.
class FedMrn final : public Method {
public:
    FedMrn(const MethodConfig& config, const ParameterLayout& layout);
    void local_weights(Device& device, std::size_t lanes, const LaneState* states,
                       const float* global, PerLane<const float> update,
                       PerLane<float> weights) const override;
    using Method::encode;
    [[nodiscard]] PendingMessages encode(Device& device,
                                         std::span<const TrainedClient> clients) const override;
    [[nodiscard]] std::vector<TensorEntry> table() const override;
    void aggregate(Device& device, std::span<const Message> messages, double* mean) const override;
    [[nodiscard]] bool decays_weights() const override { return false; }

private:
    /// Throws unless the message was made under this experiment's noise and mask.
    void check(const Message& message) const;

    ParameterLayout layout_;
    kernels::MaskRule rule_;
    float magnitude_;
    bool post_training_;
    std::uint8_t variant_; ///< bit 0: signed; bits 1–2: distribution of the noise
};

} // namespace fedmrn
