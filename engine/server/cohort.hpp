// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace fedmrn {

/// The clients of a round: `cohort` of `clients`, uniformly and without replacement, a function of
/// (experiment seed, round) alone.
std::vector<std::uint64_t> sample_cohort(std::uint64_t seed, std::uint32_t round,
                                         std::uint64_t clients, std::uint64_t cohort);

} // namespace fedmrn
