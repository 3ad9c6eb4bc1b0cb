// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/stage/pruning.hpp"
#include "engine/stage/stage.hpp"

namespace fedmrn {

/// Magnitude pruning. A round begins with the server's model without its smallest weights, which
/// stay exactly 0 through local steps, that have no gradient for them, and through the server's
/// step; in rounds that regrow, all have a gradient, and the server replaces some. Who has a
/// round's model knows what is pruned of it: a mask is never sent.
class Prune final : public Stage {
public:
    Prune(const PruningOptions& options, const ParameterLayout& layout)
        : options_(options), tensors_(options, layout) {}
    [[nodiscard]] bool changes_model() const override { return true; }
    void on_model(Device& device, std::uint32_t round, DevicePointer<float> model) const override;
    /// Which weights of the model that was received are pruned: a bit each, and once more for their
    /// gradient, which is whole where the round regrows.
    [[nodiscard]] RoundData round_data(Device& device, const RoundContext& round) const override;
    void on_weights(Device& device, const LocalStep& step) const override;
    void on_weight_gradient(Device& device, const LocalStep& step) const override;
    [[nodiscard]] bool leaves_out() const override { return true; }
    [[nodiscard]] std::vector<std::uint32_t> left_out(Device& device,
                                                      const RoundContext& round) const override;
    void on_server_step(Device& device, const RoundContext& round,
                        DevicePointer<float> model) const override;

private:
    PruningOptions options_;
    PrunedTensors tensors_;
};

} // namespace fedmrn
