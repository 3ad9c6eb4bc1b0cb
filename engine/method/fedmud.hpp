// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/matrices.hpp"
#include "kernels/frozen_factor.hpp"

namespace fedmrn {

struct FedMudOptions {
    double ratio = 1.0 / 32; ///< floats sent of all
};

/// FedMUD (Li et al., ICML 2025) with one factor frozen: a masked tensor's update is D = A·B, where
/// A is a function of the client's seed and B, zeros at first, is trained and sent as float32. B
/// stands at the front of its tensor's own place among the variables; the rest there stays zero.
class FedMud final : public Method {
public:
    FedMud(const FedMudOptions& options, const ParameterLayout& layout);
    [[nodiscard]] std::size_t variables() const override { return layout_.trainable; }
    void local_weights(Device& device, const LocalStep& step) const override;
    void local_gradient(Device& device, const LocalStep& step) const override;
    using Method::encode;
    [[nodiscard]] PendingMessages encode(Device& device,
                                         std::span<const TrainedClient> clients) const override;
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const override;
    void aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                   double* mean) const override;
    [[nodiscard]] bool decays_weights() const override { return false; }

private:
    ParameterLayout layout_;
    float ratio_;
    std::vector<MatrixPlace> places_;
    std::size_t sent_ = 0;   ///< floats of the masked tensors in a message
    std::size_t floats_ = 0; ///< all floats of a message
};

} // namespace fedmrn
