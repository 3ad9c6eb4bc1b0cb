// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fedmrn/config.hpp"

namespace fedmrn {

/// The clients of a round: `cohort` of `clients`, uniformly and without replacement, a function of
/// (experiment seed, round) alone.
std::vector<std::uint64_t> sample_cohort(std::uint64_t seed, std::uint32_t round,
                                         std::uint64_t clients, std::uint64_t cohort);

/// The cohort as server.sampling says. round_robin: a random order of the clients, `cohort` of them
/// a round, from the beginning again when all have trained. weighted: one after another without
/// replacement, each by its share of the samples of those not drawn yet. first: of the ClientSplit.
std::vector<std::uint64_t> sample_cohort(Sampling sampling, std::uint64_t seed, std::uint32_t round,
                                         std::span<const std::uint64_t> first,
                                         std::uint64_t cohort);

} // namespace fedmrn
