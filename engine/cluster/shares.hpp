// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fedmrn {

/// Which rank does each piece of work, the same on all ranks: the largest piece that is left goes
/// to the rank that has least, the first of them. No rank has more than 4/3 of what the best
/// division would give the busiest (R. L. Graham, "Bounds on multiprocessing timing anomalies",
/// SIAM J. Appl. Math. 17, 1969).
std::vector<std::uint32_t> share_by_work(std::span<const std::uint64_t> work, std::uint32_t ranks);

} // namespace fedmrn
