// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "fedmrn/config.hpp"
#include "fedmrn/message.hpp"
#include "fedmrn/model.hpp"
#include "kernels/device.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn {

/// A client whose local training is done, in device memory: update holds the trainable parameters'
/// change, weights the whole local state (its statistics are the client's own).
struct TrainedClient {
    std::uint64_t client = 0;
    std::uint32_t round = 0;
    std::uint64_t seed = 0, samples = 0;
    const float* global =
        nullptr; ///< what it started from; the same for all that are encoded together
    const float* update = nullptr;
    const float* weights = nullptr;
};

/// Waits for messages that a device is making; called once, while the device and the method live.
using PendingMessages = std::function<std::vector<Message>()>;

/// How local weights are made, how an update becomes a message, and how messages become the mean
/// update. Stateless: everything that varies is an argument.
class Method {
public:
    virtual ~Method() = default;

    /// weights = global + what this method makes of update, for every active lane; trainable
    /// parameters only.
    virtual void local_weights(Device& device, std::size_t lanes, const LaneState* states,
                               const float* global, PerLane<const float> update,
                               PerLane<float> weights) const = 0;

    /// What clients upload; queues the work on the device. The clients' arrays may be used again
    /// once this returns, the messages are collected later.
    [[nodiscard]] virtual PendingMessages encode(Device& device,
                                                 std::span<const TrainedClient> clients) const = 0;
    [[nodiscard]] Message encode(Device& device, const TrainedClient& client) const {
        return std::move(encode(device, std::span(&client, 1))().front());
    }

    /// The tensor table that every message of this method and model has.
    [[nodiscard]] virtual std::vector<TensorEntry> table() const = 0;

    /// mean [state] in device memory = Σ (N_k / Σ N) · decoded update of k. The order of messages
    /// cannot change a bit of it. Throws Error (Fault::run) for an update too large to be sane.
    virtual void aggregate(Device& device, std::span<const Message> messages,
                           double* mean) const = 0;

    /// Whether weight decay pulls the weights towards zero, or the update (FedMRN's variable).
    [[nodiscard]] virtual bool decays_weights() const = 0;
};

std::unique_ptr<Method> make_method(const MethodConfig& config, const ParameterLayout& layout);

} // namespace fedmrn
