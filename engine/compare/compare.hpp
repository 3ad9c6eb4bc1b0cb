// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>

#include "engine/compare/division.hpp"
#include "engine/compare/plan.hpp"

namespace fedmrn {

struct CompareOptions {
    /// The job's; null: this process alone. Each rank calls compare(), and trains whole runs alone;
    /// rank 0 waits for all of them, and writes the tables.
    std::shared_ptr<Communicator> ranks;
    /// Of the runs: no more is trained, and no table written. Without ranks.
    std::optional<ComparePart> part;
};

/// Runs what is missing of a plan, each run in its folder and from its checkpoint, and writes
/// compare.md, compare.csv and the pictures into plan.out. A run that fails does not stop the
/// others. Returns the exit status, the same on all ranks: 0, 1 where a run failed, 130, 138 or 143
/// after SIGINT, SIGUSR1 or SIGTERM; called again with the same plan, it goes on.
int compare(const ComparePlan& plan, const CompareOptions& options, std::ostream& out);

} // namespace fedmrn
