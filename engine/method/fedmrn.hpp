// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"
#include "kernels/mask.hpp"

namespace fedmrn {

struct FedMrnOptions {
    formula::MaskShape mask = formula::MaskShape::binary;
    formula::NoiseShape noise = formula::NoiseShape::uniform;
    double magnitude = 0.01;      ///< α
    bool magnitude_decay = false; ///< α shrinks as the learning rate does
    bool stochastic = true;       ///< SM; false: a mask bit is set where p >= 1/2
    bool progressive = true;      ///< PM; false: every element is masked at every step
    bool post_training = false;   ///< the update is trained densely and masked once at the end
};

/// FedMRN (Li et al., ACM MM 2024): a 1-bit mask, learned over random noise that a seed
/// regenerates.
class FedMrn final : public Method {
public:
    FedMrn(const FedMrnOptions& options, const ParameterLayout& layout);
    [[nodiscard]] std::size_t variables() const override { return layout_.trainable; }
    void local_weights(Device& device, const LocalStep& step) const override;
    using Method::encode;
    [[nodiscard]] PendingMessages encode(Device& device,
                                         std::span<const TrainedClient> clients) const override;
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const override;
    void aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                   double* mean) const override;
    [[nodiscard]] bool decays_weights() const override { return false; }

private:
    [[nodiscard]] double magnitude(const RoundContext& round) const;
    [[nodiscard]] kernels::MaskRule rule(const RoundContext& round) const;
    /// Throws unless the message was made under this round's noise and mask.
    void check(const Message& message, const RoundContext& round) const;

    ParameterLayout layout_;
    FedMrnOptions config_;
    std::uint8_t variant_; ///< bit 0: signed; bits 1–2: distribution of the noise
};

} // namespace fedmrn
