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
#include "engine/base/words.hpp"
#include "engine/cluster/exchange.hpp"
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

/// Of the signal that stopped this process; SIGTERM where another rank was stopped.
int stopped(const Signals& signals, std::ostream& out) {
    const int number = signals.number() != 0 ? signals.number() : SIGTERM;
    out << fmt::format("stopped by {}; the same command goes on from there\n",
                       signals.number() == 0 ? "a signal to another rank"
                       : number == SIGTERM   ? "SIGTERM"
                       : number == SIGUSR1   ? "SIGUSR1"
                                             : "SIGINT")
        << std::flush;
    return 128 + number;
}

/// Writes what has come of all runs, and says it.
int report(const ComparePlan& plan, Division& division, const Signals& signals, std::ostream& out) {
    const Comparison comparison = gather(plan, ends_of_cells(plan, division));
    write(comparison);
    out << compare_table(comparison)
        << fmt::format("tables and pictures: {}\n", (fs::path(plan.out) / "compare.md").string());
    if (!complete(comparison)) return stopped(signals, out);
    out << std::flush;
    return comparison.failures.empty() ? 0 : static_cast<int>(Fault::run);
}

int train_part(const ComparePlan& plan, ComparePart part, const Signals& signals,
               std::ostream& out) {
    const auto division = divided(plan, part);
    const TrainedRuns trained = train_cells(plan, *division, signals, {}, out);
    out << fmt::format("part {}/{}: {} finished, {} failed\n", part.number, part.of,
                       counted(trained.finished, "run"), trained.failed);
    if (signals.token().stop_requested()) return stopped(signals, out);
    out << "when all parts are done, the same command without --part writes the tables\n"
        << std::flush;
    return trained.failed == 0 ? 0 : static_cast<int>(Fault::run);
}

/// Each rank's; what rank 0 has come to in the end is the status of all.
int train_as_rank(const ComparePlan& plan, const std::shared_ptr<Communicator>& ranks,
                  const Signals& signals, std::ostream& out) {
    const auto division = by_ranks(plan, ranks, signals.token());
    const Voice voice{fmt::format("rank {}", ranks->rank()), true};
    train_cells(plan, *division, signals, voice, out);
    std::vector<int> status;
    if (ranks->rank() == 0) status.push_back(report(plan, *division, signals, out));
    return from_first<int>(*ranks, status).front();
}

} // namespace

int compare(const ComparePlan& plan, const CompareOptions& options, std::ostream& out) {
    const Signals signals; // before any other thread
    if (options.ranks && options.ranks->rank() != 0)
        return train_as_rank(plan, options.ranks, signals, out);
    NewFolder folder(plan.out);
    const FolderLock lock(plan.out, ::flock,
                          options.part ? FolderLock::Hold::together : FolderLock::Hold::alone);
    refuse_foreign(plan);
    folder.keep();
    if (!lock.warning().empty()) out << "warning: " << lock.warning() << '\n';
    if (options.part) return train_part(plan, *options.part, signals, out);
    if (options.ranks) return train_as_rank(plan, options.ranks, signals, out);
    const auto division = undivided(plan);
    train_cells(plan, *division, signals, {}, out);
    return report(plan, *division, signals, out);
}

} // namespace fedmrn
