// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fedmrn {

/// What one round did. Byte counts are of encoded messages.
struct RoundMetrics {
    std::uint32_t round = 0;          ///< 1 … rounds
    std::optional<double> loss;       ///< mean cross-entropy on the test set, where evaluated
    std::optional<double> accuracy;   ///< fraction of the test set, where evaluated
    double train_loss = 0;            ///< mean over the samples that the cohort trained on
    std::uint64_t samples = 0;        ///< samples trained on, each epoch counted
    std::uint64_t uplink_bytes = 0;   ///< all messages of the cohort
    std::uint64_t downlink_bytes = 0; ///< the global state to each client, float32
    std::uint64_t dropped = 0;        ///< clients of the cohort that dropped out
    double simulated_seconds = 0;     ///< on the simulated network: the slowest client's
    double train_seconds = 0;         ///< local training and encoding
    double seconds = 0;               ///< the whole round, evaluation included
};

/// What a run came to: the last round's accuracy, the best one beside it.
struct Summary {
    std::uint32_t rounds = 0;
    double final_accuracy = 0, best_accuracy = 0;
    double uplink_bits_per_parameter =
        0; ///< a message's bits, header included / trainable parameters
    std::uint64_t uplink_bytes = 0, downlink_bytes = 0;
    std::uint64_t float32_bytes = 0; ///< the uplink had every client sent its state as float32
    double samples_per_second = 0;   ///< samples / train_seconds
    double seconds = 0;
    double simulated_seconds = 0; ///< of all rounds on the simulated network; 0 without one
    std::string device;
    std::uint32_t lanes = 0;
    std::string model_hash; ///< 16 hex digits, of the global state's bytes
};

} // namespace fedmrn
