// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/method/codec.hpp"
#include "engine/method/sums.hpp"

namespace fedmrn {

/// How messages become the change of the global state, by sums of integers: a chunk of messages
/// after the other is added, in any order, and what has been added is finished once. Stateless.
class Aggregation {
public:
    virtual ~Aggregation() = default;

    [[nodiscard]] virtual std::vector<SumSpec> sums() const = 0;

    /// Adds messages that were checked and counted: receive() does both. Throws Diverged for an
    /// update too large to be sane.
    virtual void add(Device& device, const RoundContext& round, const Codec& codec,
                     const WeightedMessages& messages, Sums& sums) const = 0;

    /// Elements at the state's front whose new values this sets, whatever they were; the server's
    /// optimiser moves the others.
    [[nodiscard]] virtual std::size_t sets() const = 0;

    /// change [state], in device memory: Σ (N_k / Σ N) · decoded update of k, or, of the elements
    /// that are set, new − global, which added to global gives the new value without rounding.
    virtual void finish(Device& device, const RoundContext& round, const Sums& sums,
                        DevicePointer<double> change) const = 0;
};

/// Counts the messages, checks each of them and adds all.
inline void receive(Device& device, const RoundContext& round, const Codec& codec,
                    const Aggregation& aggregation, const WeightedMessages& messages, Sums& sums) {
    sums.count(messages.weights);
    for (const MessageView& message : messages.messages) {
        codec.check(round, message);
    }
    aggregation.add(device, round, codec, messages, sums);
}

/// The weighted mean of what messages decode to.
class MeanAggregation : public Aggregation {
public:
    explicit MeanAggregation(std::size_t state) : state_(state) {}
    [[nodiscard]] std::vector<SumSpec> sums() const override;
    void add(Device& device, const RoundContext& round, const Codec& codec,
             const WeightedMessages& messages, Sums& sums) const override;
    [[nodiscard]] std::size_t sets() const override { return 0; }
    void finish(Device& device, const RoundContext& round, const Sums& sums,
                DevicePointer<double> change) const override;

private:
    std::size_t state_;
};

} // namespace fedmrn
