// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/signals.hpp"
#include "engine/compare/division.hpp"
#include "engine/compare/plan.hpp"
#include "engine/compare/result.hpp"

namespace fedmrn {

/// How the runs of a cell ended, seed by seed.
struct CellEnds {
    std::optional<std::size_t> chosen; ///< the candidate; nothing before it is known
    SeedResults results;
    std::vector<std::string> failures; ///< empty: did not fail
    std::string untuned;               ///< why nothing could be chosen
};

/// "labeldir 0.3, FedAvg"
std::string cell_name(const ComparePlan& plan, const PlannedCell& cell);

/// Who speaks of the runs that it trains, and how.
struct Voice {
    std::string who;    ///< "rank 3"; empty: one process alone
    bool brief = false; ///< a line where a run begins and one where it ends, for others speak too
};

/// Of the runs that a process has trained, or found finished.
struct TrainedRuns {
    std::size_t finished = 0, failed = 0;
};

/// Trains what is missing of every cell, and this process' own: of a tuned one each candidate on
/// the validation samples, then the chosen one on the test set. A run that fails does not stop the
/// others.
TrainedRuns train_cells(const ComparePlan& plan, Division& division, const Signals& signals,
                        const Voice& voice, std::ostream& out);

/// How all runs ended, one entry a cell of the plan; waits for those that are at work elsewhere.
std::vector<CellEnds> ends_of_cells(const ComparePlan& plan, Division& division);

} // namespace fedmrn
