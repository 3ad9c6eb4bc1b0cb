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

/// A method that keeps what it is given to encode.
class Witness final : public Method {
public:
    Witness(const Method& method, const ParameterLayout& layout)
        : method_(method), layout_(layout) {}
    using Method::encode;
    void local_weights(Device& device, const LocalStep& step) const override {
        method_.local_weights(device, step);
    }
    [[nodiscard]] PendingMessages encode(Device& device,
                                         std::span<const TrainedClient> clients) const override {
        for (const TrainedClient& client : clients) {
            Trained kept{client, std::vector<float>(method_.variables()),
                         std::vector<float>(layout_.state)};
            device.copy_out(kept.update.data(), client.update, method_.variables() * sizeof(float));
            device.copy_out(kept.weights.data(), client.weights, layout_.state * sizeof(float));
            seen.push_back(std::move(kept));
        }
        return method_.encode(device, clients);
    }
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const override {
        return method_.table(round);
    }
    [[nodiscard]] std::size_t variables() const override { return method_.variables(); }
    void local_gradient(Device& device, const LocalStep& step) const override {
        method_.local_gradient(device, step);
    }
    void aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                   double* mean) const override {
        method_.aggregate(device, round, messages, mean);
    }
    [[nodiscard]] bool decays_weights() const override { return method_.decays_weights(); }

    mutable std::vector<Trained> seen; ///< in the order of their messages

private:
    const Method& method_;
    ParameterLayout layout_;
};

} // namespace fedmrn::test
