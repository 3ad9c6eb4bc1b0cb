// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "engine/compare/division.hpp"
#include "engine/run/runner.hpp"

namespace fedmrn::cli {

/// What the chosen subcommand does; returns the exit status.
using Action = std::function<int()>;

// Each adds one subcommand, which puts its work into action when it is chosen.
void add_run(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_data(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_aggregate(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_devices(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_keys(CLI::App& app, Action& action);
void add_parts(CLI::App& app, Action& action);

/// Reads "FIRST:LAST", the value of an option. Throws Error for anything else.
Rounds parse_rounds(std::string_view text, std::string_view option);

/// Reads "K/N", the value of --part, or "slurm": which task of a job's array this is. Throws Error.
ComparePart parse_part(std::string_view text);

} // namespace fedmrn::cli
