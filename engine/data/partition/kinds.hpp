// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// Step words of the partition's draws: a kind in the two high bits, an index below.
inline constexpr std::uint32_t step_shuffle = 0;       ///< + class
inline constexpr std::uint32_t step_labels = 1U << 30; ///< labelcnt
inline constexpr std::uint32_t step_shares = 2U << 30; ///< labeldir: + redraw × classes + class
inline constexpr std::uint32_t step_aside = 3U << 30;  ///< validation: + client

inline constexpr std::uint64_t least_samples = 10; ///< of a client, labeldir
inline constexpr std::uint32_t redraw_limit = 1000;

/// Training samples by class, each class in random order.
struct SamplesByClass {
    std::vector<std::uint64_t> first; ///< classes + 1 offsets
    std::vector<std::uint32_t> order;
    [[nodiscard]] std::uint64_t count(std::uint32_t label) const {
        return first[label + 1] - first[label];
    }
};

SamplesByClass by_class(const PartitionTask& task);

/// Sets a share of each client's samples aside, to the nearest number and never the last one, at
/// random; the others stay in their order. Throws Error where no client has one to spare.
void set_aside(ClientSplit& split, double share, std::uint64_t seed);

PartitionEntry iid();
/// For every class, shares ~ Dirichlet(beta); a client that already holds more than samples /
/// clients gets none; redrawn until every client has at least 10 samples. Calls std::log and
/// std::exp, whose last bit is the host library's: run_to_run; all others are bits. Time O(samples
/// + clients × classes), a redraw again O(clients × classes).
PartitionEntry labeldir();
/// Every client holds exactly ⌊fraction × classes⌋ labels, the least used ones given out first,
/// ties at random; a class is cut evenly among its holders. A class that nobody holds stays unused.
PartitionEntry labelcnt();
/// A client is a user of the data set with the samples that are theirs, in their order: the first
/// [data] clients users, 0 for all of them. Others' samples stay unused.
PartitionEntry natural();
/// As a file says that `fedmrn data --save` wrote.
PartitionEntry from_file();

} // namespace fedmrn
