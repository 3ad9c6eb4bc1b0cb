// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/compare.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <vector>

#include <fmt/core.h>

#include "engine/base/atomic_file.hpp"
#include "engine/base/folder_lock.hpp"
#include "engine/base/new_folder.hpp"
#include "engine/base/signals.hpp"
#include "engine/compare/result.hpp"
#include "engine/compare/runs.hpp"
#include "engine/compare/text.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

/// What the comparison itself writes.
std::vector<fs::path> files_of(const ComparePlan& plan) {
    const fs::path folder = plan.out;
    std::vector<fs::path> files{folder / "compare.md", folder / "compare.csv"};
    for (std::size_t p = 0; p < plan.partitions.size(); ++p)
        for (const Against against : {Against::rounds, Against::uplink})
            files.push_back(folder / picture_name(plan, against, p));
    return files;
}

/// Whether a file is a comparison's table in which no run is finished: nothing is lost with it.
bool nothing_finished(const fs::path& table, const Measure& measure) {
    std::ifstream in(table);
    std::string line;
    if (!std::getline(in, line) || line != compare_csv_head(measure)) return false;
    while (std::getline(in, line))
        if (!line.ends_with(',')) return false; // the time that its runs took
    return true;
}

/// Whether a run of the plan has a folder.
bool begun(const ComparePlan& plan) {
    for (const PlannedCell& cell : plan.cells)
        for (const Candidate& candidate : cell.candidates)
            for (const std::vector<Config>* configs : {&candidate.tuning, &candidate.runs})
                for (const Config& config : *configs)
                    if (fs::exists(config.experiment.out)) return true;
    return false;
}

/// Throws Error where the comparison's files would take the place of others'.
void refuse_foreign(const ComparePlan& plan) {
    const fs::path folder = plan.out;
    if (begun(plan) || nothing_finished(folder / "compare.csv", plan.measure)) return;
    for (const fs::path& file : files_of(plan))
        if (fs::exists(file))
            throw Error(fmt::format("{}: there is no run of this comparison beside it, which would "
                                    "write over it; choose another folder with --out",
                                    file.string()));
}

Comparison gather(const ComparePlan& plan, const std::vector<CellEnds>& all) {
    Comparison comparison{plan, {}, {}};
    for (std::size_t c = 0; c < plan.cells.size(); ++c) {
        const PlannedCell& planned = plan.cells[c];
        const CellEnds& ends = all[c];
        CellResult cell = cell_of(plan.methods[planned.method], plan.measure, ends.results);
        const std::size_t baseline = c - planned.method + plan.baseline;
        if (c != baseline) cell.difference = difference_of(ends.results, all[baseline].results);
        if (ends.chosen) cell.chosen = planned.candidates[*ends.chosen].label;
        if (!ends.untuned.empty()) {
            cell.failed = plan.seeds;
            comparison.failures.push_back(cell_name(plan, planned) + ": " + ends.untuned);
        }
        for (std::size_t s = 0; s < plan.seeds; ++s) {
            if (ends.failures[s].empty()) continue;
            ++cell.failed;
            const Config& config = planned.candidates[*ends.chosen].runs[s];
            comparison.failures.push_back(fmt::format("{}, seed {}: {}", cell_name(plan, planned),
                                                      config.experiment.seed, ends.failures[s]));
        }
        comparison.cells.push_back(std::move(cell));
    }
    return comparison;
}

/// All that was planned has finished or failed.
bool complete(const Comparison& comparison) {
    return std::all_of(comparison.cells.begin(), comparison.cells.end(),
                       [](const CellResult& c) { return c.finished + c.failed == c.planned; });
}

/// The table that says whose folder it is comes first.
void write(const Comparison& comparison) {
    const ComparePlan& plan = comparison.plan;
    const fs::path folder = plan.out;
    write_atomically(folder / "compare.csv", compare_csv(comparison));
    for (std::size_t p = 0; p < plan.partitions.size(); ++p) {
        std::vector<Curve> curves;
        for (const CellResult& cell : comparison.of(p)) curves.push_back(cell.curve);
        const std::string title = fmt::format("{}: {}", plan.name, plan.partitions[p]);
        for (const Against against : {Against::rounds, Against::uplink})
            write_atomically(folder / picture_name(plan, against, p),
                             chart_svg(curves, title, against));
    }
    write_atomically(folder / "compare.md", compare_markdown(comparison));
}

} // namespace

int compare(const ComparePlan& plan, std::ostream& out) {
    const Signals signals; // before any other thread
    NewFolder folder(plan.out);
    const FolderLock lock(plan.out);
    refuse_foreign(plan);
    folder.keep();
    if (!lock.warning().empty()) out << "warning: " << lock.warning() << '\n';
    const Comparison comparison = gather(plan, run_cells(plan, signals, out));
    write(comparison);
    out << compare_table(comparison)
        << fmt::format("tables and pictures: {}\n", (fs::path(plan.out) / "compare.md").string());
    if (!complete(comparison)) {
        out << fmt::format("stopped by {}; the same command goes on from there\n",
                           signals.number() == SIGTERM ? "SIGTERM" : "SIGINT")
            << std::flush;
        return 128 + signals.number();
    }
    out << std::flush;
    return comparison.failures.empty() ? 0 : static_cast<int>(Fault::run);
}

} // namespace fedmrn
