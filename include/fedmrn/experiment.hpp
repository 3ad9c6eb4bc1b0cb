// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "fedmrn/aggregate.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/metrics.hpp"
#include "fedmrn/model.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// Everything that decides the rest of a run; a checkpoint is this and nothing else.
struct ServerState {
    std::uint32_t round = 0;   ///< rounds done
    std::vector<float> global; ///< the model's state vector
    /// What the server optimiser keeps of each trainable parameter, by the moment's name.
    std::map<std::string, std::vector<double>> moments;
    /// What clients keep between rounds, of those that have been in a cohort; empty for methods
    /// that keep nothing.
    std::map<std::uint64_t, std::vector<float>> memory;
};

/// Loss and metrics over some samples.
struct Evaluation {
    std::uint64_t samples = 0;
    double loss = 0;             ///< mean; 0 without samples
    std::vector<double> metrics; ///< as measures_of(model) names them; 0 without samples
};

/// A federated experiment on one device: owns the data, the lanes and the server's state.
class Experiment {
public:
    /// Checks that everything fits together. Throws Error with one line where it does not, and
    /// Stopped where a stop was requested while the partition was drawn.
    Experiment(const Config& config, const Dataset& dataset, const std::stop_token& stop = {});
    ~Experiment();
    Experiment(Experiment&&) noexcept;
    Experiment& operator=(Experiment&&) noexcept;

    [[nodiscard]] const Config& config() const; ///< device and precision resolved
    [[nodiscard]] const Model& model() const;
    [[nodiscard]] const ClientSplit& clients() const;
    [[nodiscard]] const ServerState& state() const;
    [[nodiscard]] std::uint32_t lanes() const;
    [[nodiscard]] const std::string& device() const;   ///< e.g. "cpu"
    [[nodiscard]] std::uint64_t float32_bytes() const; ///< of one client's dense float32 upload

    /// The model's weights [state]: the global state, or what the method makes of it.
    [[nodiscard]] std::vector<float> weights() const;

    /// The weights on the test set, or on what [data] validation sets aside.
    [[nodiscard]] Evaluation evaluate();

    /// The weights on each client's own samples, in the order of clients(): where the partition is
    /// natural and the data set says whose its test samples are, the user's test samples, else the
    /// client's training samples. Costs about one evaluation of that many samples, and at least a
    /// batch a client.
    [[nodiscard]] std::vector<Evaluation> evaluate_clients();
    /// Which of the two it would be.
    [[nodiscard]] bool clients_have_tests() const;

    /// Continues from a state that state() gave. Throws Error if it is of another model.
    void restore(ServerState state);

    /// Called from the training threads with the share of the round that is done, 0 … 1, and the
    /// samples trained on so far in it.
    using Progress = std::function<void(double done, std::uint64_t samples)>;

    /// Runs one round: samples a cohort, trains it, aggregates its messages, evaluates where
    /// eval_every says so. Where all of the cohort drop out, no update arrives: the state stays as
    /// it is, the server's optimiser takes no step. Nothing if stop was requested: the round is
    /// then given up at the end of the current local step, and state() is what it was before.
    /// Throws Error (Fault::run) where a client's loss is not finite.
    std::optional<RoundMetrics> run_round(const std::stop_token& stop = {},
                                          const Progress& progress = {});

    /// Called for every message of a round, in the cohort's order, before the server reads it; what
    /// it throws ends the round, which then has not been. An empty function: no more.
    void on_message(std::function<void(const UplinkMessage&)> visit);

    /// Begins and ends what a profiler (nsys, ncu) records; nothing without one, or on the CPU.
    void profile(bool on);

private:
    struct [[gnu::visibility("hidden")]] Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace fedmrn
#pragma GCC visibility pop
