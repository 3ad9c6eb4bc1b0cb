// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/result.hpp"

#include <algorithm>
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

/// The summary's bits are those of all messages.
double last_bits(const Summary& summary, std::span<const RoundMetrics> rounds) {
    const double bytes = static_cast<double>(summary.uplink_bytes);
    for (std::size_t i = rounds.size(); i-- > 0 && bytes > 0;) {
        const RoundMetrics& round = rounds[i];
        if (round.messages == 0) continue;
        const double a_message =
            static_cast<double>(round.uplink_bytes) / static_cast<double>(round.messages);
        return summary.uplink_bits_per_parameter * a_message /
               (bytes / static_cast<double>(summary.messages));
    }
    return summary.uplink_bits_per_parameter;
}

} // namespace

RunResult result_of(const Summary& summary, std::span<const RoundMetrics> rounds,
                    const Measure& measure, std::optional<double> target, std::size_t last) {
    RunResult result;
    result.bits = summary.uplink_bits_per_parameter;
    result.uplink_bytes = summary.uplink_bytes;
    result.downlink_bytes = summary.downlink_bytes;
    result.last_bits = last_bits(summary, rounds);
    result.seconds = summary.time.all;
    result.curve = curve_of("", measure, rounds);
    const auto& points = result.curve.points;
    const std::size_t count = std::min(points.size(), last);
    for (std::size_t i = points.size() - count; i < points.size(); ++i)
        result.value += points[i].value / static_cast<double>(count);
    if (!points.empty()) result.best = result.curve.best().value;
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

CellResult cell_of(std::string name, const Measure& measure, const SeedResults& seeds) {
    std::vector<RunResult> runs, there;
    std::vector<double> values, best;
    for (const std::optional<RunResult>& run : seeds) {
        if (!run) continue;
        runs.push_back(*run);
        values.push_back(run->value);
        best.push_back(run->best);
        if (run->rounds_to_target) there.push_back(*run);
    }
    CellResult cell;
    cell.planned = seeds.size();
    cell.finished = runs.size();
    cell.value = estimate_of(values);
    cell.best = estimate_of(best);
    cell.bits = mean_of(runs, [](const RunResult& r) { return r.bits; });
    cell.last_bits = mean_of(runs, [](const RunResult& r) { return r.last_bits; });
    cell.uplink_bytes = mean_of(runs, [](const RunResult& r) { return r.uplink_bytes; });
    cell.downlink_bytes = mean_of(runs, [](const RunResult& r) { return r.downlink_bytes; });
    cell.seconds = mean_of(runs, [](const RunResult& r) { return r.seconds; });
    cell.reached = there.size();
    cell.rounds_to_target = mean_of(there, [](const RunResult& r) { return *r.rounds_to_target; });
    cell.bytes_to_target = mean_of(there, [](const RunResult& r) { return *r.bytes_to_target; });
    cell.curve = {std::move(name), mean_points(runs), measure};
    return cell;
}

std::optional<Estimate> difference_of(const SeedResults& seeds, const SeedResults& baseline) {
    std::vector<double> differences;
    for (std::size_t s = 0; s < seeds.size(); ++s)
        if (seeds[s] && baseline[s]) differences.push_back(seeds[s]->value - baseline[s]->value);
    if (differences.empty()) return std::nullopt;
    return estimate_of(differences);
}

} // namespace fedmrn
