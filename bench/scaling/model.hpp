// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Rounds of N ranks, computed: how long the ranks train, and what they tell each other. It knows
// nothing of the engine, so that its assumptions are all here; docs/hpc.md says where the numbers
// come from.
namespace fedmrn::scaling {

/// Time of a message of b bytes: latency + b / bandwidth.
struct Link {
    double latency = 0;   ///< seconds
    double bandwidth = 1; ///< bytes a second, one way
    [[nodiscard]] double seconds(double bytes) const { return latency + bytes / bandwidth; }
};

/// Ranks, one a GPU, in a ring: those of a node stand together, and one edge leaves each node.
struct Machine {
    std::size_t ranks = 1;
    std::size_t node = 8; ///< ranks a node
    Link within, between; ///< two ranks of a node, of two nodes
    Link host;            ///< between a GPU and its host's memory, for what is exchanged
    /// From a rank to the next, in the ring.
    [[nodiscard]] const Link& to_next(std::size_t rank) const {
        return rank / node == (rank + 1) % ranks / node ? within : between;
    }
};

/// Clients of a cohort, the times known before a round (their steps) and what they take in fact.
struct Clients {
    std::vector<double> planned, seconds;
};

/// Seconds that each rank trains where the clients are dealt before the round: the longest planned
/// one to the rank with the least. A client's seconds are its share of a GPU whose lanes are full;
/// no rank is done sooner than its longest client, which takes `alone` times as long by itself.
std::vector<double> divided(const Clients& clients, std::size_t ranks, double alone = 1);

/// Where a rank that is free takes the next, the longest planned one first, and asks for it:
/// `asking` seconds each time, for the answer "none" too. Two that ask at once do not wait for each
/// other.
std::vector<double> queued(const Clients& clients, std::size_t ranks, double asking,
                           double alone = 1);

/// When all ranks have the sums of `bytes` each, which they enter at `ready`: a ring of reduce and
/// gather, 2 (N − 1) steps of bytes / N, each begun when the step before is there and sent.
double reduced(const Machine& machine, std::span<const double> ready, double bytes);

/// When all ranks have what each has, own[r] bytes: a ring, N − 1 steps.
double gathered(const Machine& machine, std::span<const double> ready, std::span<const double> own);

/// The same where all ranks are ready at 0 and all links alike: closed forms.
double reduced_alike(std::size_t ranks, const Link& link, double bytes);
double gathered_alike(std::size_t ranks, const Link& link, double own);

/// The least cohort of which the sums are fewer bytes a rank in a ring than the gathered messages:
/// 2 · sums · (N − 1) / N < cohort · message · (N − 1) / N, at any number of ranks.
std::uint64_t break_even(double sum_bytes, double message_bytes);

} // namespace fedmrn::scaling
