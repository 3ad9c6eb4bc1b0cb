// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/signals.hpp"
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

/// Runs what is missing of every cell: of a tuned one each candidate on the validation samples,
/// then the chosen one on the test set. A run that fails does not stop the others. One entry a cell
/// of the plan.
std::vector<CellEnds> run_cells(const ComparePlan& plan, const Signals& signals, std::ostream& out);

} // namespace fedmrn
