// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/message/view.hpp"
#include "engine/method/round.hpp"
#include "kernels/formula/fixed_point.hpp"

namespace fedmrn {

/// Waits for messages that a device is making; called once, while the device and the codec live.
/// What it returns holds as long as it does.
using PendingMessages = std::function<std::span<const MessageView>()>;

/// Messages of one round and what each of them weighs: N_k, or 1.
struct WeightedMessages {
    std::span<const MessageView> messages;
    std::span<const std::uint64_t> weights;
    [[nodiscard]] std::size_t size() const { return messages.size(); }
    [[nodiscard]] WeightedMessages part(std::size_t begin, std::size_t most) const {
        const std::size_t count = std::min(most, size() - begin);
        return {messages.subspan(begin, count), weights.subspan(begin, count)};
    }
};

/// How an update becomes a message, and a message an update. Stateless. Nothing here has a default,
/// so that what wraps another's codec cannot forget one; a method starts from StateCodec.
class Codec {
public:
    virtual ~Codec() = default;

    /// The tensor table that every message of a round has.
    [[nodiscard]] virtual std::vector<TensorEntry> table(std::uint32_t round) const = 0;

    /// Whether a message has a value of its own, a float or a bit, for each masked element, in
    /// their order, and nothing else of them: then those of pruned weights can be left out.
    [[nodiscard]] virtual bool by_element() const = 0;

    /// The seed in the header of a client's message: the one that its reader needs, given the
    /// client's own of the round.
    [[nodiscard]] virtual std::uint64_t message_seed(std::uint64_t client_seed) const = 0;

    /// What clients upload; queues the work on the device. The clients' arrays may be used again
    /// once this returns, the messages are collected later.
    [[nodiscard]] virtual PendingMessages encode(Device& device, const RoundContext& round,
                                                 std::span<const TrainedClient> clients) const = 0;

    /// Throws Error unless this codec made the message, and Diverged for one that no
    /// sane training gives. The table has been compared before.
    virtual void check(const RoundContext& round, const MessageView& message) const = 0;

    /// updates [messages][state], in device memory: what each message says alone, of messages that
    /// have been checked. Of the elements that the method's Aggregation sets, their values.
    virtual void decode(Device& device, const RoundContext& round,
                        std::span<const MessageView> messages,
                        DevicePointer<float> updates) const = 0;

    /// sum [state] += Σ weight · fixed(decoded), straight from the bits where they allow it. Throws
    /// Diverged for a value that is too large to be sane.
    virtual void add(Device& device, const RoundContext& round, const WeightedMessages& messages,
                     DevicePointer<formula::Wide> sum) const = 0;
};

} // namespace fedmrn
