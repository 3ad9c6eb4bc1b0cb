// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fedmrn/config.hpp"

namespace fedmrn {

/// What a client's device and connection are good for; a property of the client for the whole run.
/// 0: takes no time.
struct ClientRates {
    double uplink = 0, downlink = 0; ///< bytes a second
    double speed = 0;                ///< samples trained on a second
};

/// A client's work in one round; of one that dropped out, all but the upload: the server waits for
/// it as long as its training would have taken.
struct ClientWork {
    std::uint64_t client = 0, uplink_bytes = 0, downlink_bytes = 0, samples = 0;
};

/// The clients' rates: the configured medians, each times exp(spread · z) with a z of its own from
/// the standard normal distribution, a function of (seed, client).
ClientRates client_rates(const NetworkConfig& config, std::uint64_t seed, std::uint64_t client);

/// Seconds of a round on the simulated network: the slowest client's download, training and upload;
/// clients do not share a connection.
double round_seconds(const NetworkConfig& config, std::uint64_t seed,
                     std::span<const ClientWork> clients);

/// Whether a client of the cohort does not finish this round: with probability dropout, a function
/// of (seed, round, client).
bool drops_out(const NetworkConfig& config, std::uint64_t seed, std::uint32_t round,
               std::uint64_t client);

} // namespace fedmrn
