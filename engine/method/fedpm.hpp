// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/method/method.hpp"
#include "kernels/scores.hpp"

namespace fedmrn {

/// FedPM (Isik et al., ICLR 2023): the masked weights are frozen at random signs, ±e/√fan-in, and a
/// mask over them is learned. The state holds a score a weight in their place, a weight being there
/// with probability sigmoid(score), and is trained at 30,000 times client.lr, which is that of the
/// other parameters; clients send masks drawn of their scores, the server's scores are those of the
/// share of clients whose bit is set, however many samples they hold. Other parameters and
/// statistics go as float32.
class FedPm final : public Method {
public:
    FedPm(const ParameterLayout& layout, std::uint64_t seed);
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
    /// All scores are zero: each weight is there with probability 1/2.
    void initialise(std::span<float> state) const override;
    /// The frozen weights under a mask drawn of the round's scores, the same for all who ask.
    [[nodiscard]] const float* model_weights(Device& device, const RoundContext& round,
                                             Buffer<float>& room) const override;

private:
    [[nodiscard]] kernels::FrozenWeights frozen() const { return {seed_, tensors_}; }

    ParameterLayout layout_;
    std::uint64_t seed_; ///< the experiment's
    std::vector<kernels::FrozenTensor> tensors_;
};

} // namespace fedmrn
