// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/report/chart.hpp"
#include "fedmrn/metrics.hpp"

namespace fedmrn {

/// What one finished run says in a comparison.
struct RunResult {
    double value = 0; ///< mean of the last evaluations, or of all where there are fewer
    double bits = 0;  ///< of uplink, a trainable parameter
    std::uint64_t uplink_bytes = 0;
    double seconds = 0;
    std::optional<std::uint32_t> rounds_to_target; ///< first evaluated round that is as good
    std::optional<std::uint64_t> bytes_to_target;  ///< uplink of all clients up to that round
    Curve curve;                                   ///< the evaluated rounds
};

/// last: evaluations whose mean is the value.
RunResult result_of(const Summary& summary, std::span<const RoundMetrics> rounds,
                    const Measure& measure, std::optional<double> target, std::size_t last);

/// One method with one partition over its seeds: means over the runs that finished.
struct CellResult {
    std::size_t planned = 0, finished = 0, failed = 0;
    double value = 0;
    std::optional<double> deviation; ///< of a sample, n - 1; none below two runs
    double bits = 0, uplink_bytes = 0, seconds = 0;
    std::size_t reached = 0; ///< runs that reached the target: the next two are means over them
    double rounds_to_target = 0, bytes_to_target = 0;
    Curve curve; ///< mean value and uplink at the rounds that all of them evaluated
};

CellResult cell_of(std::string name, const Measure& measure, std::span<const RunResult> runs);

} // namespace fedmrn
