// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>

#include "fedmrn/config.hpp"

namespace fedmrn {

/// Runs an experiment from its data to its summary in the folder experiment.out, or goes on with
/// the run that stands there. Returns the exit status: 0, or 130 and 143 after SIGINT and SIGTERM,
/// where a checkpoint was written first. Throws Error.
int run(const Config& config, bool resume, std::ostream& out);

} // namespace fedmrn
