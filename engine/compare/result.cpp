// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/result.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace fedmrn {
namespace {

template <typename Field> double mean_of(std::span<const RunResult> runs, Field field) {
    double sum = 0;
    for (const RunResult& run : runs) sum += static_cast<double>(field(run));
    return runs.empty() ? 0 : sum / static_cast<double>(runs.size());
}

/// Point by point, where every run was evaluated.
std::vector<Curve::Point> mean_points(std::span<const RunResult> runs) {
    struct Sum {
        std::size_t runs = 0;
        double value = 0, uplink_bytes = 0;
    };
    std::map<std::uint32_t, Sum> sums;
    for (const RunResult& run : runs)
        for (const Curve::Point& point : run.curve.points) {
            Sum& sum = sums[point.round];
            ++sum.runs;
            sum.value += point.value;
            sum.uplink_bytes += point.uplink_bytes;
        }
    std::vector<Curve::Point> points;
    for (const auto& [round, sum] : sums) {
        const auto n = static_cast<double>(sum.runs);
        if (sum.runs == runs.size()) points.push_back({round, sum.value / n, sum.uplink_bytes / n});
    }
    return points;
}

} // namespace

RunResult result_of(const Summary& summary, std::span<const RoundMetrics> rounds,
                    const Measure& measure, std::optional<double> target, std::size_t last) {
    RunResult result;
    result.bits = summary.uplink_bits_per_parameter;
    result.uplink_bytes = summary.uplink_bytes;
    result.seconds = summary.time.all;
    result.curve = curve_of("", measure, rounds);
    const auto& points = result.curve.points;
    const std::size_t count = std::min(points.size(), last);
    for (std::size_t i = points.size() - count; i < points.size(); ++i)
        result.value += points[i].value / static_cast<double>(count);
    std::uint64_t bytes = 0;
    for (const RoundMetrics& round : rounds) {
        bytes += round.uplink_bytes;
        const std::optional<double> value = round.value(measure.name);
        if (!target || !value || measure.prefers(*target, *value)) continue;
        result.rounds_to_target = round.round;
        result.bytes_to_target = bytes;
        break;
    }
    return result;
}

CellResult cell_of(std::string name, const Measure& measure, std::span<const RunResult> runs) {
    CellResult cell;
    cell.planned = cell.finished = runs.size();
    cell.value = mean_of(runs, [](const RunResult& r) { return r.value; });
    cell.bits = mean_of(runs, [](const RunResult& r) { return r.bits; });
    cell.uplink_bytes = mean_of(runs, [](const RunResult& r) { return r.uplink_bytes; });
    cell.seconds = mean_of(runs, [](const RunResult& r) { return r.seconds; });
    if (runs.size() > 1) {
        double squares = 0;
        for (const RunResult& run : runs)
            squares += (run.value - cell.value) * (run.value - cell.value);
        cell.deviation = std::sqrt(squares / static_cast<double>(runs.size() - 1));
    }
    std::vector<RunResult> there;
    for (const RunResult& run : runs)
        if (run.rounds_to_target) there.push_back(run);
    cell.reached = there.size();
    cell.rounds_to_target = mean_of(there, [](const RunResult& r) { return *r.rounds_to_target; });
    cell.bytes_to_target = mean_of(there, [](const RunResult& r) { return *r.bytes_to_target; });
    cell.curve = {std::move(name), mean_points(runs), measure};
    return cell;
}

} // namespace fedmrn
