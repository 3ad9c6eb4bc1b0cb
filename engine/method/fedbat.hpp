// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/method/packed.hpp"
#include "kernels/binarize.hpp"

namespace fedmrn {

/// FedBAT (Li et al., ICML 2024): for the second half of its steps a client trains on an update of
/// ±α, drawn stochastically, and trains an α a tensor with it, which starts at the update's mean
/// magnitude after the first half. It sends a bit a weight and α.
class FedBat final : public PackedMethod {
public:
    explicit FedBat(const ParameterLayout& layout);
    /// Behind the trainable parameters: the exponent a of each masked tensor, then α0 of each.
    [[nodiscard]] std::size_t variables() const override {
        return layout().trainable + 2 * tensors_.size();
    }
    void local_weights(Device& device, const LocalStep& step) const override;
    void local_gradient(Device& device, const LocalStep& step) const override;
    [[nodiscard]] bool decays_weights() const override { return false; }

private:
    void pack(Device& device, std::span<const TrainedClient> clients, std::uint32_t* codes,
              float* scales) const override;
    [[nodiscard]] kernels::BinaryUpdate binary() const { return {tensors_, layout().trainable}; }

    std::vector<kernels::BinaryTensor> tensors_;
};

} // namespace fedmrn
