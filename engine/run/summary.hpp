// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "engine/run/ledger.hpp"
#include "fedmrn/experiment.hpp"

namespace fedmrn {

/// What the run has come to in the state that experiment is in.
Summary summarise(const Experiment& experiment, const Ledger& ledger);

void write_summary(const std::filesystem::path& path, const Summary& summary);
Summary read_summary(const std::filesystem::path& path);

/// The closing table of one run.
std::string summary_text(const Summary& summary, std::uint64_t messages, const std::string& folder);

} // namespace fedmrn
