// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "engine/method/method.hpp"

namespace fedmrn::test {

/// What a client's message was made of, copied to the host.
struct Trained {
    TrainedClient client;
    std::vector<float> update, weights; ///< [variables], [state]
};

/// A codec that keeps what it is given to encode.
class Witness final : public Codec {
public:
    Witness(std::unique_ptr<const Codec> codec, std::size_t variables, std::size_t state)
        : codec_(std::move(codec)), variables_(variables), state_(state) {}

    [[nodiscard]] PendingMessages encode(Device& device, const RoundContext& round,
                                         std::span<const TrainedClient> clients) const override {
        for (const TrainedClient& client : clients) {
            Trained kept{client, std::vector<float>(variables_), std::vector<float>(state_)};
            device.copy_out(kept.update.data(), client.update, variables_ * sizeof(float));
            device.copy_out(kept.weights.data(), client.weights, state_ * sizeof(float));
            seen.push_back(std::move(kept));
        }
        return codec_->encode(device, round, clients);
    }
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const override {
        return codec_->table(round);
    }
    [[nodiscard]] bool by_element() const override { return codec_->by_element(); }
    [[nodiscard]] std::uint64_t message_seed(std::uint64_t client_seed) const override {
        return codec_->message_seed(client_seed);
    }
    void check(const RoundContext& round, const MessageView& message) const override {
        codec_->check(round, message);
    }
    void decode(Device& device, const RoundContext& round, std::span<const MessageView> messages,
                DevicePointer<float> updates) const override {
        codec_->decode(device, round, messages, updates);
    }
    void add(Device& device, const RoundContext& round, const WeightedMessages& messages,
             DevicePointer<formula::Wide> sum) const override {
        codec_->add(device, round, messages, sum);
    }

    mutable std::vector<Trained> seen; ///< in the order of their messages

private:
    std::unique_ptr<const Codec> codec_;
    std::size_t variables_, state_;
};

/// Puts one into a method, around its own codec.
inline const Witness& watch(Method& method, const ParameterLayout& layout) {
    auto witness =
        std::make_unique<Witness>(std::move(method.uplink), method.local->count(), layout.state);
    const Witness& found = *witness;
    method.uplink = std::move(witness);
    return found;
}

} // namespace fedmrn::test
