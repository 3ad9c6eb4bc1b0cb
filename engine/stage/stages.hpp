// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "engine/stage/stage.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn {

/// An experiment's stages, called one after the other.
class Stages {
public:
    Stages() = default;
    explicit Stages(std::vector<std::unique_ptr<const Stage>> stages);

    /// The round with the model that clients start from; it may stand in rooms.
    [[nodiscard]] RoundContext received(Device& device, RoundContext round,
                                        std::vector<Buffer<float>>& rooms) const;
    void on_weights(Device& device, const LocalStep& step) const;
    void on_gradient(Device& device, const LocalStep& step) const;
    /// What pulls a method's variables.
    [[nodiscard]] Pull pull(const Variables& variables) const;

    /// As the method's codec encodes, with what the stages do before and after. memory: as in
    /// Departure; it is written when the messages are collected.
    [[nodiscard]] PendingMessages encode(Device& device, const Method& method,
                                         const RoundContext& round,
                                         std::span<const TrainedClient> clients,
                                         std::span<std::vector<float>* const> memory) const;

    /// Floats that a client keeps from round to round; 0: none.
    [[nodiscard]] std::size_t memory() const { return memory_; }

private:
    /// Calls body(stage) for each, when it is the stage's turn.
    template <class Body> void in_turn(Departure& clients, const Body& body) const;

    std::vector<std::unique_ptr<const Stage>> stages_;
    std::size_t memory_ = 0;
};

/// Those that a configuration names: what pulls the variables, and error feedback.
Stages make_stages(const ClientConfig& client, const MethodConfig& method,
                   const ParameterLayout& layout);

} // namespace fedmrn
