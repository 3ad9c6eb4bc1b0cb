// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/interval.hpp"
#include "engine/report/chart.hpp"
#include "fedmrn/metrics.hpp"

namespace fedmrn {

/// What one finished run says in a comparison.
struct RunResult {
    double value = 0;     ///< mean of the last evaluations, or of all where there are fewer
    double best = 0;      ///< of all evaluations
    double bits = 0;      ///< of uplink, a trainable parameter
    double last_bits = 0; ///< the same of the last round in which anybody uploaded
    std::uint64_t uplink_bytes = 0, downlink_bytes = 0;
    double seconds = 0;
    std::optional<std::uint32_t> rounds_to_target; ///< first evaluated round that is as good
    std::optional<std::uint64_t> bytes_to_target;  ///< uplink of all clients up to that round
    Curve curve;                                   ///< the evaluated rounds
};

/// last: evaluations whose mean is the value.
RunResult result_of(const Summary& summary, std::span<const RoundMetrics> rounds,
                    const Measure& measure, std::optional<double> target, std::size_t last);

/// The results of a cell's seeds; nothing of those that are missing or have failed.
using SeedResults = std::vector<std::optional<RunResult>>;

/// One method with one partition over its seeds: means over the runs that finished.
struct CellResult {
    std::size_t planned = 0, finished = 0, failed = 0;
    std::string chosen; ///< what tuning chose, "lr 0.03"; empty: nothing was tuned
    Estimate value, best;
    /// Of value, from the baseline's with the same seed; nothing without a seed that both have, and
    /// of the baseline itself.
    std::optional<Estimate> difference;
    double bits = 0, last_bits = 0, uplink_bytes = 0, downlink_bytes = 0, seconds = 0;
    std::size_t reached = 0; ///< runs that reached the target: the next two are means over them
    double rounds_to_target = 0, bytes_to_target = 0;
    Curve curve; ///< mean value and uplink at the rounds that all of them evaluated
};

CellResult cell_of(std::string name, const Measure& measure, const SeedResults& seeds);

/// Values minus the baseline's, seed by seed.
std::optional<Estimate> difference_of(const SeedResults& seeds, const SeedResults& baseline);

} // namespace fedmrn
