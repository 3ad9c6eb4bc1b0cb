// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "bench/scaling/model.hpp"

namespace fedmrn::scaling {

/// Who trains whom, and what the ranks tell each other.
enum class Division : std::uint8_t { before, queue };
enum class Exchange : std::uint8_t { sums, messages };

/// What a client costs on one rank, and what it sends.
struct Work {
    double seconds = 0.01; ///< mean, of training and encoding, with the rank's lanes full
    double known = 0;      ///< coefficient of variation of what is known before: its steps
    double unknown = 0;    ///< of the factor beside it, which nobody knows before
    double alone = 1;      ///< of a client by itself, in times of `seconds`
    double adding = 0;     ///< seconds to check and add one message
    double server = 0;     ///< seconds of the server's step, which every rank makes
    double asking = 0;     ///< seconds to ask for the next client, of a queue
    double sum_bytes = 0;  ///< of all sums
    double message_bytes = 0;
    std::vector<std::pair<double, double>> measured =
        {}; ///< planned, seconds; instead of the first 3
};

/// Seconds of a round, means over the rounds that were drawn.
struct RoundTimes {
    double training = 0; ///< of the rank that trains longest
    double idle = 0;     ///< of that the mean rank waits
    double exchange = 0; ///< from when the last one has trained until all have all
    double all = 0;
    double one_rank = 0; ///< one rank with the same clients
    [[nodiscard]] double efficiency(std::size_t ranks) const {
        return one_rank / (static_cast<double>(ranks) * all);
    }
};

/// Lognormal around Work::seconds, or drawn of what was measured.
Clients drawn(const Work& work, std::size_t cohort, std::mt19937_64& words);

RoundTimes round_of(const Machine& machine, const Work& work, const Clients& clients,
                    Division division, Exchange exchange);

/// Means over `rounds` rounds, which depend on the seed alone.
RoundTimes rounds_of(const Machine& machine, const Work& work, std::size_t cohort,
                     Division division, Exchange exchange, std::size_t rounds, std::uint64_t seed);

} // namespace fedmrn::scaling
