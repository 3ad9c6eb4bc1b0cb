// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/compare/plan.hpp"
#include "engine/compare/result.hpp"

namespace fedmrn {

/// What has come of a plan so far.
struct Comparison {
    const ComparePlan& plan;
    std::vector<CellResult> cells;     ///< partition by partition, method by method
    std::vector<std::string> failures; ///< "iid, FedAvg, seed 2: why"

    [[nodiscard]] std::span<const CellResult> of(std::size_t partition) const {
        return std::span(cells).subspan(partition * plan.methods.size(), plan.methods.size());
    }
};

/// "accuracy-rounds-iid.svg", "accuracy-uplink-iid.svg"
std::string picture_name(const ComparePlan& plan, Against against, std::size_t partition);

/// For a terminal.
std::string compare_table(const Comparison& comparison);

/// compare.md: what was compared, a table and two pictures a partition, what failed.
std::string compare_markdown(const Comparison& comparison);

/// The first line of compare.csv, by which it is known.
std::string compare_csv_head(const Measure& measure);

/// compare.csv: a line a partition and method, in bytes, seconds and fractions; empty where there
/// is no value.
std::string compare_csv(const Comparison& comparison);

} // namespace fedmrn
