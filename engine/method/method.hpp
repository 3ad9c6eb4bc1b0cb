// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "engine/method/name.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/message.hpp"
#include "fedmrn/model.hpp"
#include "kernels/device.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn {

/// What all clients of a round share.
struct RoundContext {
    std::uint32_t round = 0;
    const float* global = nullptr; ///< what they start from, [state] in device memory
    double decay = 1.0;            ///< the round's learning rate over the first round's
    bool operator==(const RoundContext&) const = default;
};

/// A local step of lanes in lockstep, its arrays in device memory. It is recorded once for all
/// rounds of the same global and decay: whatever else varies is read from the lanes' states.
struct LocalStep {
    RoundContext round;
    std::size_t lanes = 0;
    const LaneState* states = nullptr;
    PerLane<float> update;   ///< [variables]: zeros when a client begins
    PerLane<float> weights;  ///< [state]
    PerLane<float> gradient; ///< [variables]
};

/// A client whose local training is done, in device memory: update holds its variables, weights the
/// whole local state (its statistics are the client's own).
struct TrainedClient {
    std::uint64_t client = 0;
    RoundContext round; ///< the same for all that are encoded together
    std::uint64_t seed = 0, samples = 0;
    const float* update = nullptr;
    const float* weights = nullptr;
    /// What the client kept from the last round it was in, empty at first, and then what it keeps
    /// for the next: written when the messages are collected. On the host; null: it keeps nothing.
    std::vector<float>* memory = nullptr;
};

/// Waits for messages that a device is making; called once, while the device and the method live.
using PendingMessages = std::function<std::vector<Message>()>;

/// How local weights are made, how an update becomes a message, and how messages become the mean
/// update. Stateless: everything that varies is an argument.
class Method {
public:
    virtual ~Method() = default;

    /// Floats that a client trains, at least the trainable parameters; those past them are the
    /// method's own.
    [[nodiscard]] virtual std::size_t variables() const = 0;

    /// The weights that a step's forward and backward pass run on, for every active lane: global +
    /// what this method makes of update; trainable parameters only.
    virtual void local_weights(Device& device, const LocalStep& step) const = 0;

    /// After the backward pass: gradient [trainable] of the weights becomes, in place, gradient
    /// [variables] of the variables.
    virtual void local_gradient(Device& /*device*/, const LocalStep& /*step*/) const {}

    /// What clients upload; queues the work on the device. The clients' arrays may be used again
    /// once this returns, the messages are collected later.
    [[nodiscard]] virtual PendingMessages encode(Device& device,
                                                 std::span<const TrainedClient> clients) const = 0;
    [[nodiscard]] Message encode(Device& device, const TrainedClient& client) const {
        return std::move(encode(device, std::span(&client, 1))().front());
    }

    /// The tensor table that every message of this method and model has in a round.
    [[nodiscard]] virtual std::vector<TensorEntry> table(std::uint32_t round) const = 0;

    /// mean [state] in device memory = Σ (N_k / Σ N) · decoded update of k, which the server's step
    /// adds to global. The order of messages cannot change a bit of it. Throws Diverged
    /// for an update too large to be sane.
    virtual void aggregate(Device& device, const RoundContext& round,
                           std::span<const Message> messages, double* mean) const = 0;

    /// Whether weight decay pulls the weights towards zero, or the update (FedMRN's variable).
    [[nodiscard]] virtual bool decays_weights() const = 0;

    /// Floats that a client keeps from round to round; 0: none.
    [[nodiscard]] virtual std::size_t memory() const { return 0; }

    /// Changes the model's initial state [state] into what this method starts from.
    virtual void initialise(std::span<float> /*state*/) const {}

    /// The weights [state] that global stands for, in device memory: global itself, or made in
    /// room.
    [[nodiscard]] virtual const float* model_weights(Device& /*device*/, const RoundContext& round,
                                                     Buffer<float>& /*room*/) const {
        return round.global;
    }
};

/// The registered method that a choice names. seed: the experiment's. Throws Error for a name or
/// options that there are not.
std::unique_ptr<Method> make_method(const Choice& choice, const ParameterLayout& layout,
                                    std::uint64_t seed = 0);

} // namespace fedmrn
