// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/compare.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <ostream>
#include <stop_token>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "engine/base/atomic_file.hpp"
#include "engine/base/folder_lock.hpp"
#include "engine/base/new_folder.hpp"
#include "engine/base/signals.hpp"
#include "engine/base/text.hpp"
#include "engine/compare/result.hpp"
#include "engine/compare/text.hpp"
#include "engine/config/same_run.hpp"
#include "engine/run/loading.hpp"
#include "engine/run/runner.hpp"
#include "engine/store/metrics_file.hpp"
#include "engine/store/summary.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

/// Keeps the last data set: most runs of a comparison share one.
class Datasets {
public:
    explicit Datasets(std::stop_token stop) : stop_(std::move(stop)) {}

    /// Throws Stopped.
    const Dataset& of(const Config& config) {
        const DataConfig& data = config.data;
        const bool made = !datasets().at(data.name).files;
        const Key key{data, data.path, made ? config.experiment.seed : 0};
        if (key_ != key) {
            key_.reset();
            dataset_ = {}; // two need not fit
            dataset_ = load_unless_stopped(data, config.experiment.seed, stop_);
            key_ = key;
        }
        return dataset_;
    }

private:
    /// All that load_dataset looks at.
    using Key = std::tuple<Choice, std::string, std::uint64_t>;
    std::optional<Key> key_;
    Dataset dataset_;
    std::stop_token stop_;
};

/// How each run of the plan ended; by index.
struct Ends {
    std::vector<std::optional<RunResult>> results;
    std::vector<std::string> failures; ///< empty: did not fail
};

std::string run_name(const ComparePlan& plan, const PlannedRun& run) {
    return fmt::format("{}, {}, seed {}", plan.partitions[run.partition], plan.methods[run.method],
                       run.config.experiment.seed);
}

/// Nothing where the run is not there, is another, or is not as long as planned.
std::optional<RunResult> read_result(const PlannedRun& run, const ComparePlan& plan) {
    const fs::path folder = run.config.experiment.out;
    if (!fs::exists(folder / "summary.json") || !fs::exists(folder / "config.toml"))
        return std::nullopt;
    try {
        const Config stored = load_config(folder / "config.toml");
        Config planned = run.config;
        if (planned.experiment.precision == Precision::automatic) // which the run has resolved
            planned.experiment.precision = stored.experiment.precision;
        require_same_run(stored, planned, folder.string());
    } catch (const Error&) {
        return std::nullopt;
    }
    const Summary summary = read_summary(folder / "summary.json");
    if (summary.rounds != run.config.experiment.rounds) return std::nullopt;
    return result_of(summary, read_metrics(folder / "metrics.jsonl"), plan.measure, plan.target,
                     plan.last);
}

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

/// Throws Error where the comparison's files would take the place of others'.
void refuse_foreign(const ComparePlan& plan) {
    const bool begun = std::any_of(plan.runs.begin(), plan.runs.end(), [](const PlannedRun& run) {
        return fs::exists(run.config.experiment.out);
    });
    const fs::path folder = plan.out;
    if (begun || nothing_finished(folder / "compare.csv", plan.measure)) return;
    for (const fs::path& file : files_of(plan))
        if (fs::exists(file))
            throw Error(fmt::format("{}: there is no run of this comparison beside it, which would "
                                    "write over it; choose another folder with --out",
                                    file.string()));
}

Comparison gather(const ComparePlan& plan, const Ends& ends) {
    Comparison comparison{plan, {}, {}};
    for (std::size_t first = 0; first < plan.runs.size(); first += plan.seeds) {
        std::vector<RunResult> runs;
        std::size_t failed = 0;
        for (std::size_t i = first; i < first + plan.seeds; ++i) {
            if (ends.results[i]) runs.push_back(*ends.results[i]);
            if (ends.failures[i].empty()) continue;
            ++failed;
            comparison.failures.push_back(run_name(plan, plan.runs[i]) + ": " + ends.failures[i]);
        }
        CellResult cell = cell_of(plan.methods[plan.runs[first].method], plan.measure, runs);
        cell.planned = plan.seeds;
        cell.failed = failed;
        comparison.cells.push_back(std::move(cell));
    }
    return comparison;
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
    Datasets datasets(signals.token());
    RunOptions options;
    options.resume = options.brief = true;
    options.signals = &signals;
    options.dataset = [&](const Config& config) -> const Dataset& { return datasets.of(config); };

    Ends ends{std::vector<std::optional<RunResult>>(plan.runs.size()),
              std::vector<std::string>(plan.runs.size())};
    for (std::size_t i = 0; i < plan.runs.size() && !signals.token().stop_requested(); ++i) {
        const PlannedRun& planned = plan.runs[i];
        out << fmt::format("[{}/{}] {}\n", i + 1, plan.runs.size(), run_name(plan, planned));
        try {
            run(planned.config, options, out);
        } catch (const std::exception& error) {
            ends.failures[i] = one_line(error.what());
            out << "failed: " << ends.failures[i] << '\n';
        }
        out << '\n' << std::flush;
    }

    for (std::size_t i = 0; i < plan.runs.size();
         ++i) { // one may have been run elsewhere meanwhile
        ends.results[i] = read_result(plan.runs[i], plan);
        if (ends.results[i]) ends.failures[i].clear();
    }
    const Comparison comparison = gather(plan, ends);
    write(comparison);
    out << compare_table(comparison)
        << fmt::format("tables and pictures: {}\n", (fs::path(plan.out) / "compare.md").string());
    bool complete = true, failed = false;
    for (std::size_t i = 0; i < plan.runs.size(); ++i) {
        failed = failed || !ends.failures[i].empty();
        complete = complete && (ends.results[i] || !ends.failures[i].empty());
    }
    if (!complete) {
        out << fmt::format("stopped by {}; the same command goes on from there\n",
                           signals.number() == SIGTERM ? "SIGTERM" : "SIGINT")
            << std::flush;
        return 128 + signals.number();
    }
    out << std::flush;
    return failed ? static_cast<int>(Fault::run) : 0;
}

} // namespace fedmrn
