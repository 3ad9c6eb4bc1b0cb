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
#include "fedmrn/communicator.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/device.hpp"
#include "fedmrn/device_pointer.hpp"
#include "fedmrn/metrics.hpp"
#include "fedmrn/model.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// Everything that decides the rest of a run; a checkpoint is this and nothing else.
struct ServerState {
    std::uint32_t round = 0;        ///< rounds done
    std::vector<float> global = {}; ///< the model's state vector
    /// What the server optimiser keeps of each trainable parameter, by the moment's name.
    std::map<std::string, std::vector<double>> moments = {};
    /// What clients keep between rounds, of those that have been in a cohort; empty for methods
    /// that keep nothing.
    std::map<std::uint64_t, std::vector<float>> memory = {};
    /// What the model that clients were last sent has left out of its first elements, to be fed
    /// back into the next one; empty where no stage does so.
    std::vector<float> downlink_error = {};
};

/// Loss and metrics over some samples.
struct Evaluation {
    std::uint64_t samples = 0;
    double loss = 0;             ///< mean; 0 without samples
    std::vector<double> metrics; ///< as measures_of(model) names them; 0 without samples
};

/// A federated experiment on one device: owns the data, the lanes and the server's state.
///
/// On several ranks (a Communicator) each rank makes the same experiment and calls the same
/// functions in the same order. A rank trains its share of every cohort; the sums of all messages
/// are integers, so that every rank has the same state as one process alone would have, bit for
/// bit, at any number of ranks. Where one throws, its host has to end the others, who wait for it.
class Experiment {
public:
    /// Checks that everything fits together. ranks: null for a job of one process. place: of a GPU
    /// alone. Throws Error with one line where it does not fit, and Stopped where a stop was
    /// requested while the partition was drawn.
    Experiment(const Config& config, const Dataset& dataset, const std::stop_token& stop = {},
               std::shared_ptr<Communicator> ranks = nullptr, const DevicePlace& place = {});
    ~Experiment();
    Experiment(Experiment&&) noexcept;
    Experiment& operator=(Experiment&&) noexcept;

    [[nodiscard]] const Config& config() const; ///< device and precision resolved
    [[nodiscard]] const Model& model() const;
    [[nodiscard]] const ClientSplit& clients() const;
    /// state_hash of the weights that a stage took from a file, which decide results as the data
    /// does; empty: there is no teacher.
    [[nodiscard]] std::string teacher_hash() const;
    /// Rounds done.
    [[nodiscard]] std::uint32_t round() const;
    /// Copied from the device when it is first asked for after a round, which waits for it; a round
    /// alone copies nothing of it. Changes with the next round. Not from several threads at once.
    [[nodiscard]] const ServerState& state() const;
    /// The global state [state] where the device has it, without a copy: the host's memory on the
    /// CPU device, a GPU's on that GPU. Always the same place; waits for what is queued. Not while
    /// a round runs.
    [[nodiscard]] DevicePointer<const float> parameters() const;
    /// The same, to be written until the next call of a member function: the next round begins with
    /// it. On several ranks each writes the same. Moments and what clients keep stay as they are.
    [[nodiscard]] DevicePointer<float> change_parameters();
    [[nodiscard]] std::uint32_t lanes() const;
    [[nodiscard]] const std::string& device() const;   ///< e.g. "cpu"
    [[nodiscard]] std::uint64_t float32_bytes() const; ///< of one client's dense float32 upload
    /// Of an upload the bytes that no entropy coder touches, whatever it makes of masks and codes;
    /// nothing where no stage codes them, or where their number varies.
    [[nodiscard]] std::optional<std::uint64_t> uncoded_bytes() const;

    /// The model's weights [state]: the global state, or what the method makes of it.
    [[nodiscard]] std::vector<float> weights() const;

    /// The weights on the test set, or on what [data] validation sets aside.
    [[nodiscard]] Evaluation evaluate();

    /// The same samples, on the weights as a stage puts them to use: quantized, of one that trains
    /// for that. Nothing where no stage changes them.
    [[nodiscard]] std::optional<Evaluation> evaluate_deployed();

    /// The weights on each client's own samples, in the order of clients(): where the partition is
    /// natural and the data set says whose its test samples are, the user's test samples, else the
    /// client's training samples. Costs about one evaluation of that many samples, and at least a
    /// batch a client.
    [[nodiscard]] std::vector<Evaluation> evaluate_clients();
    /// Which of the two it would be.
    [[nodiscard]] bool clients_have_tests() const;

    /// state() with what the clients of all ranks keep; state() has those of this rank. All ranks
    /// call it.
    [[nodiscard]] ServerState whole_state() const;
    /// The job's; of one process alone where none was given.
    [[nodiscard]] Communicator& ranks() const;
    /// What the ranks have sent each other since the last round's end, which RoundMetrics tells, or
    /// the last call. All ranks call it.
    [[nodiscard]] Traffic traffic();

    /// Continues from a state that state() gave, or whole_state(). Throws Error if it is of another
    /// model.
    void restore(ServerState state);

    /// Called from the training threads with the share of the round that is done, 0 … 1, and the
    /// samples trained on so far in it. On several ranks the samples are this rank's, and the share
    /// what it were if all were as fast.
    using Progress = std::function<void(double done, std::uint64_t samples)>;

    /// Runs one round: samples a cohort, trains it, aggregates its messages, evaluates where
    /// eval_every says so. Where all of the cohort drop out, no update arrives: the state stays as
    /// it is, the server's optimiser takes no step. Nothing if stop was requested, of any rank: the
    /// round is then given up at the end of the rank's current local step, and state() is what it
    /// was before. progress: of this rank.
    /// Throws Error (Fault::run) where a client's loss is not finite.
    std::optional<RoundMetrics> run_round(const std::stop_token& stop = {},
                                          const Progress& progress = {});

    /// Called for every message of a round, in the cohort's order, before the server reads it; what
    /// it throws ends the round, which then has not been. An empty function: no more. On several
    /// ranks all ask or none does: each is then called for the messages of all.
    void on_message(std::function<void(const UplinkMessage&)> visit);

    /// Begins and ends what a profiler (nsys, ncu) records; nothing without one, or on the CPU.
    void profile(bool on);

private:
    struct [[gnu::visibility("hidden")]] Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace fedmrn
#pragma GCC visibility pop
