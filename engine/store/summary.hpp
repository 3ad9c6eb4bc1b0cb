// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "engine/store/ledger.hpp"
#include "fedmrn/experiment.hpp"

namespace fedmrn {

/// What a run of a model is judged by: its metrics, the first before all; its loss, where it has
/// none.
std::vector<Measure> judged_by(const Model& model);

/// Of the evaluated rounds.
MetricSummary summary_of(const Measure& measure, std::span<const RoundMetrics> rounds);

/// What the run has come to in the state that experiment is in, without what the caller knows: the
/// data's hash and the provenance. Metrics are those of rounds, the run's.
Summary summarise(const Experiment& experiment, const Ledger& ledger,
                  std::span<const RoundMetrics> rounds);

void write_summary(const std::filesystem::path& path, const Summary& summary);
Summary read_summary(const std::filesystem::path& path);

/// "56,532" bytes of a mean upload, "1/27.7" of what it were in float32; "-" without any upload.
std::string bytes_per_upload(const Summary& summary);
std::string share_of_float32(const Summary& summary);

/// The closing table of one run.
std::string summary_text(const Summary& summary, const std::string& folder);

} // namespace fedmrn
