// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// Deals the training samples out to [data] clients; no sample to two of them.
///
///   iid       a random permutation cut into equal parts: sizes differ by at most one
///   labeldir  for every class, shares ~ Dirichlet(beta); a client that already holds more than
///             samples / clients gets none; redrawn until every client has at least 10 samples
///   labelcnt  every client holds exactly ⌊fraction × classes⌋ labels, the least used ones given
///   out
///             first, ties at random; a class is cut evenly among its holders. A class that nobody
///             holds stays unused.
///
/// A function of (seed, config, labels). iid and labelcnt are integers throughout: bits. labeldir
/// calls std::log and std::exp, whose last bit is the host library's: run_to_run. It is drawn once
/// and reaches a device only as lists of samples. Time is O(samples + clients × classes), a redraw
/// again O(clients × classes); memory O(samples + clients). Throws Error, one line, for settings
/// that cannot be met.
ClientSplit partition(const DataConfig& config, std::span<const std::uint16_t> labels,
                      std::uint32_t classes, std::uint64_t seed);

} // namespace fedmrn
