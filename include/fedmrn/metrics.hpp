// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedmrn/measure.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// Seconds of a wall clock, and what they were spent on; the rest of all is setting up, progress
/// and files.
struct WallTime {
    double training = 0;    ///< local training, and encoding beside it
    double messages = 0;    ///< the server's decoding
    double aggregation = 0; ///< and the server's step
    double evaluation = 0;
    double checkpoints = 0; ///< copied, or waited for, since the round before
    double all = 0;
    WallTime& operator+=(const WallTime& more) {
        training += more.training;
        messages += more.messages;
        aggregation += more.aggregation;
        evaluation += more.evaluation;
        checkpoints += more.checkpoints;
        all += more.all;
        return *this;
    }
    bool operator==(const WallTime&) const = default;
};

/// A metric's value, where it was evaluated.
struct MetricValue {
    std::string name;
    std::optional<double> value;
    bool operator==(const MetricValue&) const = default;
};

/// Bytes that the ranks of a job have sent each other, all of them together, by what they were. Not
/// the simulated network's: a process alone sends nothing.
struct Traffic {
    std::uint64_t sums = 0;     ///< of the server
    std::uint64_t messages = 0; ///< of clients
    std::uint64_t rest = 0;     ///< metrics, what clients keep, who trains whom, what is done next
    [[nodiscard]] std::uint64_t all() const { return sums + messages + rest; }
    Traffic& operator+=(const Traffic& more) {
        sums += more.sums;
        messages += more.messages;
        rest += more.rest;
        return *this;
    }
    bool operator==(const Traffic&) const = default;
};

/// What one round did. Byte counts are of encoded messages.
struct RoundMetrics {
    std::uint32_t round = 0;          ///< 1 … rounds
    std::optional<double> loss;       ///< mean on what evaluations are on, where there was one
    std::vector<MetricValue> metrics; ///< on the same, as the model has them
    /// Mean over the samples that the cohort trained on; none where all dropped out.
    std::optional<double> train_loss;
    std::uint64_t samples = 0;        ///< samples trained on, each epoch counted
    std::uint64_t messages = 0;       ///< clients that uploaded
    std::uint64_t uplink_bytes = 0;   ///< all messages of the cohort
    std::uint64_t downlink_bytes = 0; ///< the global state to each client, float32
    std::uint64_t dropped = 0;        ///< clients of the cohort that dropped out
    double simulated_seconds = 0;     ///< on the simulated network: the slowest client's
    Traffic traffic;                  ///< between ranks, since the round before
    WallTime time;

    /// Of a metric, or of "loss"; none where it was not evaluated, or where there is none.
    [[nodiscard]] std::optional<double> value(std::string_view name) const {
        for (const MetricValue& metric : metrics) {
            if (metric.name == name) {
                return metric.value;
            }
        }
        return name == "loss" ? loss : std::nullopt;
    }
};

/// What made a run's results.
struct Provenance {
    std::string version, commit; ///< of this program; commit: empty outside of a git checkout
    std::string compiler;
    std::string processor;         ///< the device's name
    std::string started, finished; ///< UTC, ISO 8601
    bool operator==(const Provenance&) const = default;
};

/// How the first metric, on their own samples, is spread over the clients.
struct ClientSpread {
    std::uint64_t clients = 0; ///< that have samples
    double mean = 0, worst_tenth = 0, deviation = 0;
    bool operator==(const ClientSpread&) const = default;
};

/// What a run came to in one metric: the last evaluation, the best one beside it.
struct MetricSummary {
    Measure measure;
    double last = 0, best = 0; ///< 0 where nothing was evaluated
    bool operator==(const MetricSummary&) const = default;
};

/// What a run came to.
struct Summary {
    std::uint32_t rounds = 0;
    std::vector<MetricSummary> metrics{MetricSummary{}}; ///< of a model without any, its loss
    double uplink_bits_per_parameter =
        0; ///< a message's bits, header included / trainable parameters
    /// What masks and codes have of them, where a stage codes them.
    std::optional<double> coded_bits_per_parameter;
    std::uint64_t messages = 0; ///< that the clients uploaded in all rounds
    std::uint64_t uplink_bytes = 0, downlink_bytes = 0;
    std::uint64_t float32_bytes = 0; ///< the uplink had every client sent its state as float32
    double samples_per_second = 0;   ///< of training
    WallTime time;                   ///< of all processes that the run took
    double simulated_seconds = 0;    ///< of all rounds on the simulated network; 0 without one
    Traffic traffic;                 ///< between ranks, of all processes that the run took
    std::string device;
    std::uint32_t lanes = 0;
    std::string model_hash;              ///< 16 hex digits, of the global state's bytes
    std::string data_hash;               ///< of samples, labels and partition, see DataHash
    std::optional<ClientSpread> clients; ///< where experiment.per_client asked for it
    /// The first metric at the end, of the weights as a stage puts them to use; nothing where none
    /// changes them.
    std::optional<double> deployed;
    Provenance provenance;
};

} // namespace fedmrn
#pragma GCC visibility pop
