// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"
#include "kernels/update.hpp"

namespace fedmrn {

/// What the methods share that train the update itself, as FedAvg does, and compress it afterwards.
class DenseTraining : public Method {
public:
    explicit DenseTraining(const ParameterLayout& layout) : layout_(layout) {}
    [[nodiscard]] std::size_t variables() const override { return layout_.trainable; }
    void local_weights(Device& device, const LocalStep& step) const override {
        kernels::add_update(device, step.lanes, step.states, layout_.trainable, step.round.global,
                            step.update, step.weights);
    }
    [[nodiscard]] bool decays_weights() const override { return true; }

protected:
    [[nodiscard]] const ParameterLayout& layout() const { return layout_; }

private:
    ParameterLayout layout_;
};

} // namespace fedmrn
