// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "fedmrn/experiment.hpp"

namespace fedmrn {

/// An experiment that rank 0 conducts: it says what is done next, the others do the same. What all
/// ranks have to do together goes through here; with one rank it is the experiment's own function.
class Ensemble {
public:
    explicit Ensemble(Experiment& experiment)
        : experiment_(experiment), ranks_(experiment.ranks()) {}

    // Rank 0:
    /// messages: what Experiment::on_message takes for this round.
    std::optional<RoundMetrics> run_round(const std::stop_token& stop,
                                          const Experiment::Progress& progress,
                                          std::function<void(const UplinkMessage&)> messages);
    [[nodiscard]] ServerState whole_state();
    [[nodiscard]] Evaluation evaluate();
    [[nodiscard]] std::optional<Evaluation> evaluate_deployed();
    [[nodiscard]] std::vector<Evaluation> evaluate_clients();
    [[nodiscard]] Traffic traffic();
    /// The others return from follow().
    void end();

    /// The other ranks: does what rank 0 says until it ends. stop: as rank 0's, of this process.
    void follow(const std::stop_token& stop);

private:
    enum class Step : std::uint8_t {
        round,
        shown_round,
        state,
        evaluation,
        deployed,
        clients,
        traffic,
        end
    };
    void say(Step step);

    Experiment& experiment_;
    Communicator& ranks_;
};

} // namespace fedmrn
