// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/report.hpp"

#include <algorithm>
#include <fstream>
#include <ostream>

#include <fmt/core.h>

#include "engine/base/atomic_file.hpp"
#include "engine/base/suggest.hpp"
#include "engine/base/text.hpp"
#include "engine/config/same_run.hpp"
#include "engine/report/chart.hpp"
#include "engine/report/run_text.hpp"
#include "engine/report/table.hpp"
#include "engine/store/metrics_file.hpp"
#include "engine/store/summary.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

struct FinishedRun {
    fs::path folder;
    Config config;
    Summary summary;
    MetricSummary shown;
    Curve curve;
};

/// What a run came to in a metric, or in its loss. Throws Error where it has no such metric.
MetricSummary shown_of(const fs::path& folder, const Summary& summary, const std::string& metric,
                       std::span<const RoundMetrics> rounds) {
    std::vector<std::string_view> known;
    for (const MetricSummary& candidate : summary.metrics) {
        if (candidate.measure.name == metric) return candidate;
        known.push_back(candidate.measure.name);
    }
    if (metric == loss_measure().name) return summary_of(loss_measure(), rounds);
    known.emplace_back("loss");
    throw Error(fmt::format("{}: has no metric {}, expected {}; --metric says which is shown",
                            folder.string(), one_line(metric), alternatives(known)));
}

/// metric: empty: the run's first, which it then becomes.
FinishedRun read_run(const fs::path& folder, std::string& metric) {
    if (!fs::exists(folder / "summary.json"))
        throw Error(folder.string() + ": no finished run here; expected summary.json");
    FinishedRun run;
    run.folder = folder;
    run.config = load_config(folder / "config.toml");
    run.summary = read_summary(folder / "summary.json");
    // A run that is being made longer has more rounds than the results that it stands for.
    std::vector<RoundMetrics> rounds = read_metrics(folder / "metrics.jsonl");
    rounds.resize(std::min<std::size_t>(rounds.size(), run.summary.rounds));
    if (metric.empty()) metric = run.summary.metrics.front().measure.name;
    run.shown = shown_of(folder, run.summary, metric, rounds);
    run.curve = curve_of(method_name(run.config), run.shown.measure, rounds);
    return run;
}

std::string last_name(const fs::path& folder) {
    return (folder.has_filename() ? folder : folder.parent_path()).filename().string();
}

/// Two runs of one method are told apart by their folders.
void name_apart(std::vector<FinishedRun>& runs) {
    std::vector<std::string> names;
    for (const FinishedRun& run : runs) names.push_back(run.curve.name);
    for (std::size_t i = 0; i < runs.size(); ++i)
        if (std::count(names.begin(), names.end(), names[i]) > 1)
            runs[i].curve.name += ", " + last_name(runs[i].folder);
}

std::string run_table(const std::vector<FinishedRun>& runs, const std::string& metric) {
    Table table({"", metric, "best", "rounds", "bytes/upload", "of float32", "bits/param", "uplink",
                 "downlink", "samples/s", "time", "folder"});
    for (const FinishedRun& run : runs) {
        const Summary& s = run.summary;
        const Unit unit = run.shown.measure.unit;
        table.add({run.curve.name, measured_text(unit, run.shown.last),
                   measured_text(unit, run.shown.best), std::to_string(s.rounds),
                   bytes_per_upload(s), share_of_float32(s),
                   s.messages == 0 ? "-" : fmt::format("{:.3f}", s.uplink_bits_per_parameter),
                   bytes_text(static_cast<double>(s.uplink_bytes)),
                   bytes_text(static_cast<double>(s.downlink_bytes)),
                   grouped(static_cast<std::uint64_t>(s.samples_per_second)),
                   duration_text(s.time.all), run.folder.string()});
    }
    return table.text();
}

/// What the user names may be drawn anew, but nothing else is written over.
void require_drawing(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string begin(4, ' ');
    if (in && in.read(begin.data(), 4).gcount() > 0 && begin != "<svg" && begin != "<?xm")
        throw Error(path.string() + ": exists and is no SVG, expected a new file or a drawing");
}

} // namespace

void report(std::span<const fs::path> folders, const std::optional<fs::path>& svg,
            std::ostream& out, std::string metric) {
    if (svg) require_drawing(*svg);
    std::vector<FinishedRun> runs;
    for (const fs::path& folder : folders) runs.push_back(read_run(folder, metric));
    name_apart(runs);
    std::vector<Curve> curves;
    for (const FinishedRun& run : runs) curves.push_back(run.curve);

    const std::string setting = runs.empty() ? "" : setting_name(runs.front().config);
    const bool same = std::all_of(runs.begin(), runs.end(), [&](const FinishedRun& run) {
        return setting_name(run.config) == setting;
    });
    const std::string title = same ? setting : "test " + metric;
    out << title << "\n\n"
        << chart_text(curves, terminal_of(out)) << '\n'
        << run_table(runs, metric);
    if (svg) {
        write_atomically(*svg, chart_svg(curves, title));
        out << "\nchart: " << svg->string() << '\n';
    }
    out << std::flush;
}

} // namespace fedmrn
