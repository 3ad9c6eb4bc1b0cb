// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/method/round.hpp"
#include "fedmrn/model.hpp"
#include "kernels/update.hpp"

namespace fedmrn {

/// What a method's clients train: an array of variables, from which a step's weights are made and
/// to which its gradient is brought back. Stateless. Nothing here has a default, so that what wraps
/// another's variables cannot forget one; a method starts from UpdateVariables.
class Variables {
public:
    virtual ~Variables() = default;

    /// Floats that a client trains, at least the trainable parameters; those past them are the
    /// method's own.
    [[nodiscard]] virtual std::size_t count() const = 0;

    /// What of a round its recorded kernels read; as many bytes in every round.
    [[nodiscard]] virtual RoundData round_data(const RoundContext& round) const = 0;

    /// The weights that a step's forward and backward pass run on, for every active lane: global +
    /// what this method makes of update; trainable parameters only.
    virtual void weights(Device& device, const LocalStep& step) const = 0;

    /// After the backward pass: gradient [trainable] of the weights becomes, in place, gradient
    /// [variables] of the variables.
    virtual void gradient(Device& device, const LocalStep& step) const = 0;

    /// Whether weight decay pulls the weights towards zero, or the update (FedMRN's variable).
    [[nodiscard]] virtual bool decays_weights() const = 0;

    /// Changes the model's initial state [state] into what this method starts from.
    virtual void initialise(std::span<float> state) const = 0;

    /// The weights [state] that global stands for, in device memory: global itself, or made in
    /// room.
    [[nodiscard]] virtual DevicePointer<const float>
    model_weights(Device& device, const RoundContext& round, Buffer<float>& room) const = 0;
};

/// A variable for each trainable parameter, of which the weights are the global ones and what a
/// derived class makes of it; by default the sum, whose gradient is the weights' own: FedAvg's, and
/// of all that compress such an update afterwards.
class UpdateVariables : public Variables {
public:
    explicit UpdateVariables(const ParameterLayout& layout) : layout_(layout) {}
    [[nodiscard]] std::size_t count() const override { return layout_.trainable; }
    [[nodiscard]] RoundData round_data(const RoundContext& /*round*/) const override { return {}; }
    void weights(Device& device, const LocalStep& step) const override {
        add_update(device, step, 0);
    }
    void gradient(Device& /*device*/, const LocalStep& /*step*/) const override {}
    [[nodiscard]] bool decays_weights() const override { return true; }
    void initialise(std::span<float> /*state*/) const override {}
    [[nodiscard]] DevicePointer<const float> model_weights(Device& /*device*/,
                                                           const RoundContext& round,
                                                           Buffer<float>& /*room*/) const override {
        return round.global;
    }

protected:
    [[nodiscard]] const ParameterLayout& layout() const { return layout_; }
    /// weights = global + update from element `first` on.
    void add_update(Device& device, const LocalStep& step, std::size_t first) const {
        if (first != layout_.trainable) {
            kernels::add_update(device, step.lanes, step.states, layout_.trainable - first,
                                step.global + first, step.update.at(first), step.weights.at(first));
        }
    }

private:
    ParameterLayout layout_;
};

} // namespace fedmrn
