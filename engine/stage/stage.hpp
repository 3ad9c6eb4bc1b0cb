// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "engine/message/packing.hpp"
#include "engine/method/method.hpp"
#include "engine/stage/departure.hpp"
#include "engine/stage/model_codec.hpp"

namespace fedmrn {

struct Teacher;

/// What pulls the variables at each step, within the one kernel that also descends.
struct Pull {
    double decay = 0;           ///< λ, towards zero
    bool decays_weights = true; ///< the weights, else the update; at first as the method has it
    double proximal = 0;        ///< ρ: the update, towards zero
};

/// Something that is done on the way from the server's model to the messages that it receives,
/// stacked on any method. Stateless but for what clients keep. The hooks stand in the order in
/// which they are called; of several stages each is called in their order.
class Stage {
public:
    virtual ~Stage() = default;

    /// Changes the server's model [state], in place, to what a round begins with: what clients are
    /// sent, and what the server's step starts from. Whether it does, does not depend on the round.
    [[nodiscard]] virtual bool changes_model() const { return false; }
    virtual void on_model(Device& /*device*/, std::uint32_t /*round*/,
                          DevicePointer<float> /*model*/) const {}

    /// How the model is sent to the clients; null: this stage does not say, without one that does
    /// it is sent as float32. One stage of a run says.
    [[nodiscard]] virtual const ModelCodec* model_codec() const { return nullptr; }
    /// What of a round its recorded hooks read (LocalStep::data); as many bytes in every round.
    /// round.global: what clients have received.
    [[nodiscard]] virtual RoundData round_data(Device& /*device*/,
                                               const RoundContext& /*round*/) const {
        return {};
    }
    /// Bytes that each lane has for its recorded hooks (LocalStep::scratch), from one to the next.
    [[nodiscard]] virtual std::size_t scratch() const { return 0; }
    /// Changes the weights that the method has made for a step; recorded.
    virtual void on_weights(Device& /*device*/, const LocalStep& /*step*/) const {}
    /// Changes the gradient of these weights [trainable], of which the method is about to make its
    /// variables'; recorded.
    virtual void on_weight_gradient(Device& /*device*/, const LocalStep& /*step*/) const {}
    /// Changes the gradient of the variables; recorded.
    virtual void on_gradient(Device& /*device*/, const LocalStep& /*step*/) const {}
    /// Whose logits the local loss follows too; null: nobody's. One stage of a run says.
    [[nodiscard]] virtual const Teacher* teacher() const { return nullptr; }
    /// Changes what pulls the variables, which costs no kernel of its own.
    virtual void on_descent(Pull& /*pull*/) const {}
    /// Changes trained updates before they are encoded; queued.
    virtual void on_update(Device& /*device*/, const RoundContext& /*round*/,
                           Departure& /*clients*/) const {}
    /// Sees what was made of them, once it has come to the host.
    virtual void on_message(Device& /*device*/, const RoundContext& /*round*/,
                            const Method& /*method*/, std::span<const MessageView> /*messages*/,
                            Departure& /*clients*/) const {}

    /// Masked elements of which whoever has a round's model knows that they do not change: bit
    /// i % 32 of word i / 32, of all of them; empty: this stage knows of none. Messages leave them
    /// out where the method's codec is by_element().
    [[nodiscard]] virtual bool leaves_out() const { return false; }
    [[nodiscard]] virtual std::vector<std::uint32_t> left_out(Device& /*device*/,
                                                              const RoundContext& /*round*/) const {
        return {};
    }

    /// How messages' bytes become fewer; null: not by this stage. One stage of a run packs.
    [[nodiscard]] virtual const Packing* packing() const { return nullptr; }

    /// Where it changes_model(): changes it again once the server has taken the round's step.
    /// round.global: what the round began with.
    virtual void on_server_step(Device& /*device*/, const RoundContext& /*round*/,
                                DevicePointer<float> /*model*/) const {}

    /// What becomes of a model's weights [state] where they are put to use, changed in place.
    /// Whether it says so does not depend on the round.
    [[nodiscard]] virtual bool deploys() const { return false; }
    virtual void on_deployment(Device& /*device*/, std::uint32_t /*round*/,
                               DevicePointer<float> /*weights*/) const {}

    /// Floats that it keeps of each client from round to round.
    [[nodiscard]] virtual std::size_t memory() const { return 0; }
};

} // namespace fedmrn
