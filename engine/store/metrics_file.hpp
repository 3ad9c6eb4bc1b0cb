// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "engine/base/file.hpp"
#include "fedmrn/metrics.hpp"

namespace fedmrn {

/// A round as one line of JSON, metrics by their names; they and the loss are null where it was not
/// evaluated.
std::string to_json_line(const RoundMetrics& round);

/// The rounds of a metrics.jsonl, in order. A last line without its end, or that is no round, is
/// what a killed process leaves and is passed over; anything else wrong throws Error with the line.
std::vector<RoundMetrics> read_metrics(const std::filesystem::path& path);

/// Keeps rounds 1 … round, and of their evaluations those that eval_every asks for: a run that was
/// to end earlier has evaluated its last round too, which a longer one would not have. Throws Error
/// where not all of them are there.
void cut_metrics(const std::filesystem::path& path, std::uint32_t round, std::uint32_t eval_every);

/// Adds its evaluation to the last round of a file that has one; metrics in the file's order.
void set_evaluation(const std::filesystem::path& path, double loss,
                    std::span<const double> metrics);

/// Throws Error where a metric has the name of another field of a line.
void require_columns(std::span<const Measure> measures);

/// Appends a line a round; each is with the system when append returns.
class MetricsLog {
public:
    explicit MetricsLog(const std::filesystem::path& path);
    void append(const RoundMetrics& round);
    /// To the disk: a checkpoint must not be ahead of its metrics. Any thread may, while another
    /// appends: what was appended before is then there.
    void sync();

private:
    std::filesystem::path path_;
    Descriptor file_;
};

} // namespace fedmrn
