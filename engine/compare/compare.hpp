// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>

#include "engine/compare/plan.hpp"

namespace fedmrn {

/// Runs what is missing of a plan, each run in its folder and from its checkpoint, and writes
/// compare.md, compare.csv and the pictures into plan.out. A run that fails does not stop the
/// others. Returns the exit status: 0, 1 where a run failed, 130 or 143 after SIGINT or SIGTERM;
/// called again with the same plan, it goes on.
int compare(const ComparePlan& plan, std::ostream& out);

} // namespace fedmrn
