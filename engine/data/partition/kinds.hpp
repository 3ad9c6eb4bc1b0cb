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

/// These two take a configuration whose number of clients partition() has checked.
ClientSplit partition_labeldir(const DataConfig& config, const SamplesByClass& samples,
                               std::uint64_t seed, const std::stop_token& stop);
ClientSplit partition_labelcnt(const DataConfig& config, const SamplesByClass& samples,
                               std::uint64_t seed);

/// A client for each of the first config.clients users (0: all) that have samples. owners is not
/// empty.
ClientSplit partition_natural(const DataConfig& config, std::span<const std::uint32_t> owners);

} // namespace fedmrn
