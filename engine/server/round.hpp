// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "engine/client/lane_pool.hpp"
#include "engine/server/intake.hpp"
#include "fedmrn/aggregate.hpp"
#include "fedmrn/communicator.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/metrics.hpp"

// What ranks know of a round: all of them the same, of whoever trains.
namespace fedmrn {

/// A round's cohort: who trains and uploads, and who drops out.
struct Cohort {
    std::vector<ClientTask> tasks;
    std::vector<std::uint64_t> dropped;

    /// The tasks' slots, of those that train longest first: none is then left alone at the end.
    [[nodiscard]] std::vector<std::size_t> longest_first() const;
};

/// What all ranks learn of an upload.
struct Arrival {
    LaneMetrics metrics;
    std::uint64_t bytes = 0;
    std::uint32_t slot = 0; ///< in the cohort
    std::uint32_t rank = 0; ///< that has it
};

/// The cohort's arrivals, in its order. uploads: the cohort's; without bytes where another rank has
/// them.
std::vector<Arrival> arrivals(Communicator& ranks, std::span<const Upload> uploads);

/// Whether ranks send each other their messages, of which each then adds all, instead of their
/// sums: where that is fewer bytes. Of n ranks together messages of M bytes take (n - 1) M, sums of
/// S take 2 (n - 1) S (Communicator::sent).
bool messages_are_fewer(std::span<const Arrival> arrived, std::uint64_t sums_bytes);

/// Gives every rank the bytes of all uploads, in arrivals' order.
void exchange(Communicator& ranks, std::span<const Arrival> arrived, std::span<Upload> uploads);

/// Adds what the cohort did to the metrics. All of it have received the global state, those that
/// dropped out too; download: the bytes that it took.
void count(const Config& config, const ClientSplit& clients, const Cohort& cohort,
           std::span<const Arrival> arrived, std::uint64_t download, RoundMetrics& metrics);

/// What the clients of all ranks keep, `each` values a client, where there were those of this one.
void gather_memory(Communicator& ranks, std::size_t each,
                   std::map<std::uint64_t, std::vector<float>>& memory);

} // namespace fedmrn
