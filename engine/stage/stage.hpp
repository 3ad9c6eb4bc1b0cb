// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "engine/method/method.hpp"
#include "engine/stage/departure.hpp"

namespace fedmrn {

/// What pulls the variables at each step, within the one kernel that also descends.
struct Pull {
    double decay = 0;           ///< λ, towards zero
    bool decays_weights = true; ///< the weights, else the update; at first as the method has it
    double proximal = 0;        ///< ρ: the update, towards zero
};

/// Something that is done on the way from the received model to the message, stacked on any method.
/// Stateless but for what clients keep. The hooks stand in the order in which they are called; of
/// several stages each is called in their order.
class Stage {
public:
    virtual ~Stage() = default;

    /// The model [state] that clients start from, in device memory: round.global itself, or made in
    /// room.
    [[nodiscard]] virtual DevicePointer<const float>
    received(Device& /*device*/, const RoundContext& round, Buffer<float>& /*room*/) const {
        return round.global;
    }
    /// Changes the weights that the method has made for a step; recorded.
    virtual void on_weights(Device& /*device*/, const LocalStep& /*step*/) const {}
    /// Changes the gradient of the variables; recorded.
    virtual void on_gradient(Device& /*device*/, const LocalStep& /*step*/) const {}
    /// Changes what pulls the variables, which costs no kernel of its own.
    virtual void on_descent(Pull& /*pull*/) const {}
    /// Changes trained updates before they are encoded; queued.
    virtual void on_update(Device& /*device*/, const RoundContext& /*round*/,
                           Departure& /*clients*/) const {}
    /// Sees what was made of them, once it has come to the host.
    virtual void on_message(Device& /*device*/, const RoundContext& /*round*/,
                            const Method& /*method*/, std::span<const MessageView> /*messages*/,
                            Departure& /*clients*/) const {}

    /// Floats that it keeps of each client from round to round.
    [[nodiscard]] virtual std::size_t memory() const { return 0; }
};

} // namespace fedmrn
