// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/report.hpp"

#include <algorithm>
#include <fstream>
#include <ostream>

#include <fmt/core.h>

#include "engine/base/atomic_file.hpp"
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
    Curve curve;
};

FinishedRun read_run(const fs::path& folder) {
    if (!fs::exists(folder / "summary.json"))
        throw Error(folder.string() + ": no finished run here; expected summary.json");
    FinishedRun run;
    run.folder = folder;
    run.config = load_config(folder / "config.toml");
    run.summary = read_summary(folder / "summary.json");
    // A run that is being made longer has more rounds than the results that it stands for.
    std::vector<RoundMetrics> rounds = read_metrics(folder / "metrics.jsonl");
    rounds.resize(std::min<std::size_t>(rounds.size(), run.summary.rounds));
    run.curve = curve_of(method_name(run.config), rounds);
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

std::string run_table(const std::vector<FinishedRun>& runs) {
    Table table({"", "accuracy", "best", "rounds", "bytes/upload", "of float32", "bits/param",
                 "samples/s", "time", "folder"});
    for (const FinishedRun& run : runs) {
        const Summary& s = run.summary;
        table.add({run.curve.name, percent_text(s.final_accuracy), percent_text(s.best_accuracy),
                   std::to_string(s.rounds), bytes_per_upload(s), share_of_float32(s),
                   s.messages == 0 ? "-" : fmt::format("{:.3f}", s.uplink_bits_per_parameter),
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
            std::ostream& out) {
    if (svg) require_drawing(*svg);
    std::vector<FinishedRun> runs;
    for (const fs::path& folder : folders) runs.push_back(read_run(folder));
    name_apart(runs);
    std::vector<Curve> curves;
    for (const FinishedRun& run : runs) curves.push_back(run.curve);

    const std::string setting = runs.empty() ? "" : setting_name(runs.front().config);
    const bool same = std::all_of(runs.begin(), runs.end(), [&](const FinishedRun& run) {
        return setting_name(run.config) == setting;
    });
    const std::string title = same ? setting : "test accuracy";
    out << title << "\n\n" << chart_text(curves, terminal_of(out)) << '\n' << run_table(runs);
    if (svg) {
        write_atomically(*svg, chart_svg(curves, title));
        out << "\nchart: " << svg->string() << '\n';
    }
    out << std::flush;
}

} // namespace fedmrn
