// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/runs.hpp"

#include <chrono>
#include <exception>
#include <filesystem>
#include <ostream>
#include <stop_token>
#include <thread>
#include <tuple>
#include <utility>

#include <fmt/core.h>

#include "engine/base/text.hpp"
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

/// Nothing where the run is not there, is another, or is not as long as planned.
std::optional<RunResult> read_result(const Config& run, const ComparePlan& plan) {
    const fs::path folder = run.experiment.out;
    if (!fs::exists(folder / "summary.json") || !fs::exists(folder / "config.toml"))
        return std::nullopt;
    try {
        const Config stored = load_config(folder / "config.toml");
        Config planned = run;
        if (planned.experiment.precision == Precision::automatic) // which the run has resolved
            planned.experiment.precision = stored.experiment.precision;
        require_same_run(stored, planned, folder.string());
    } catch (const Error&) {
        return std::nullopt;
    }
    const Summary summary = read_summary(folder / "summary.json");
    if (summary.rounds != run.experiment.rounds) return std::nullopt;
    return result_of(summary, read_metrics(folder / "metrics.jsonl"), plan.measure, plan.target,
                     plan.last);
}

/// What another process has finished: a file system of several machines may show it a little later.
void wait_for(const fs::path& file) {
    using std::chrono::seconds;
    const auto last = std::chrono::steady_clock::now() + seconds(60);
    while (!fs::exists(file)) {
        if (std::chrono::steady_clock::now() > last)
            throw Error(fmt::format("{}: a rank has finished this run, and 60 s later it is not to "
                                    "be seen here; expected a folder that all ranks share",
                                    file.string()),
                        Fault::run);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

const Config& config_of(const PlannedCell& cell, const PlannedRun& run, std::size_t chosen) {
    return run.tried ? cell.candidates[*run.tried].tuning[run.seed]
                     : cell.candidates[chosen].runs[run.seed];
}

/// Waits for it. failure: why it failed, else as it is.
std::optional<RunResult> result_of_run(const ComparePlan& plan, Division& division, std::size_t run,
                                       const Config& config, std::string& failure) {
    const RunEnd end = division.end_of(run);
    if (end.finished) wait_for(fs::path(config.experiment.out) / "summary.json");
    if (!end.failure.empty()) failure = end.failure;
    return read_result(config, plan);
}

/// What tuning says of a cell.
struct Tuned {
    std::optional<std::size_t> chosen;
    std::string untuned; ///< why nothing could be chosen; empty too while it is not known
};

/// By the mean over the tuning seeds; the first of equals. Values with which a run fails are not
/// chosen.
Tuned choose(const ComparePlan& plan, Division& division, std::size_t cell) {
    const PlannedCell& planned = plan.cells[cell];
    if (!planned.tuned()) return {0, {}};
    std::vector<std::vector<double>> values(planned.candidates.size());
    std::string why;
    const std::vector<PlannedRun> runs = runs_of(plan);
    for (std::size_t r = 0; r < runs.size(); ++r) {
        if (runs[r].cell != cell || !runs[r].tried) continue;
        std::string failure;
        const Config& config = config_of(planned, runs[r], 0);
        const auto result = result_of_run(plan, division, r, config, failure);
        if (!result && failure.empty()) return {};
        if (why.empty()) why = failure;
        if (failure.empty()) values[*runs[r].tried].push_back(result->value);
    }
    Tuned tuned;
    double best = 0;
    for (std::size_t c = 0; c < values.size(); ++c) {
        if (values[c].size() != planned.candidates[c].tuning.size()) continue;
        const double value = estimate_of(values[c]).mean;
        if (tuned.chosen && !plan.measure.prefers(value, best)) continue;
        tuned.chosen = c;
        best = value;
    }
    if (!tuned.chosen) tuned.untuned = "no value could be chosen, " + why;
    return tuned;
}

/// A process' own runs of a plan, one after the other.
class Runs {
public:
    Runs(const ComparePlan& plan, Division& division, const Signals& signals, const Voice& voice,
         std::ostream& out)
        : plan_(plan), division_(division), signals_(signals), voice_(voice), out_(out),
          datasets_(signals.token()), tuned_(plan.cells.size()) {
        options_.resume = options_.brief = true;
        options_.signals = &signals_;
        options_.dataset = [this](const Config& config) -> const Dataset& {
            return datasets_.of(config);
        };
    }

    TrainedRuns train() {
        const std::vector<PlannedRun> runs = runs_of(plan_);
        for (std::size_t r = 0; r < runs.size(); ++r) {
            if (!division_.take(r)) continue;
            const RunEnd end = one(r, runs[r]);
            trained_.finished += end.finished ? 1 : 0;
            trained_.failed += end.failure.empty() ? 0 : 1;
            division_.end(r, end);
        }
        return trained_;
    }

private:
    const Tuned& tuned(std::size_t cell) {
        if (!tuned_[cell]) {
            tuned_[cell] = choose(plan_, division_, cell);
            const PlannedCell& planned = plan_.cells[cell];
            if (!voice_.brief && planned.tuned() && tuned_[cell]->chosen)
                out_ << fmt::format("{}: chosen {}\n\n", cell_name(plan_, planned),
                                    planned.candidates[*tuned_[cell]->chosen].label);
        }
        return *tuned_[cell];
    }

    RunEnd one(std::size_t number, const PlannedRun& run) {
        if (signals_.token().stop_requested()) return {};
        const PlannedCell& cell = plan_.cells[run.cell];
        const std::optional<std::size_t> chosen = run.tried ? run.tried : tuned(run.cell).chosen;
        if (!chosen) return {};
        const std::string& label = cell.candidates[*chosen].label;
        const Config& config = config_of(cell, run, *chosen);
        const std::string name = fmt::format(
            "[{}/{}] {}, {}{}{}seed {}", number + 1, plan_.runs(), cell_name(plan_, cell), label,
            label.empty() ? "" : ", ", run.tried ? "tuning, " : "", config.experiment.seed);
        say(name + (voice_.who.empty() ? "" : ": " + voice_.who));
        std::ostream silent(nullptr);
        RunEnd end;
        try {
            end.finished = fedmrn::run(config, options_, voice_.brief ? silent : out_) == 0;
        } catch (const std::exception& error) {
            end.failure = one_line(error.what());
        }
        const std::string before = voice_.brief ? name + ": " : "";
        if (!end.failure.empty()) say(before + "failed: " + end.failure);
        if (voice_.brief && end.failure.empty())
            say(before + (end.finished ? "finished" : "stopped"));
        if (!voice_.brief) out_ << '\n';
        out_ << std::flush;
        return end;
    }

    /// A line in one piece, for others may write between two.
    void say(const std::string& line) { out_ << line + '\n' << std::flush; }

    const ComparePlan& plan_;
    Division& division_;
    const Signals& signals_;
    const Voice& voice_;
    std::ostream& out_;
    Datasets datasets_;
    RunOptions options_;
    std::vector<std::optional<Tuned>> tuned_; ///< cell by cell, when it is asked for
    TrainedRuns trained_;
};

} // namespace

std::string cell_name(const ComparePlan& plan, const PlannedCell& cell) {
    return plan.partitions[cell.partition] + ", " + plan.methods[cell.method];
}

TrainedRuns train_cells(const ComparePlan& plan, Division& division, const Signals& signals,
                        const Voice& voice, std::ostream& out) {
    return Runs(plan, division, signals, voice, out).train();
}

std::vector<CellEnds> ends_of_cells(const ComparePlan& plan, Division& division) {
    std::vector<CellEnds> ends;
    for (std::size_t c = 0; c < plan.cells.size(); ++c) {
        const Tuned tuned = choose(plan, division, c);
        ends.push_back({tuned.chosen, SeedResults(plan.seeds), std::vector<std::string>(plan.seeds),
                        tuned.untuned});
    }
    const std::vector<PlannedRun> runs = runs_of(plan);
    for (std::size_t r = 0; r < runs.size(); ++r) {
        const auto& [cell, tried, seed] = runs[r];
        if (tried || !ends[cell].chosen) continue;
        const Config& config = config_of(plan.cells[cell], runs[r], *ends[cell].chosen);
        std::string& failure = ends[cell].failures[seed];
        ends[cell].results[seed] = result_of_run(plan, division, r, config, failure);
        if (ends[cell].results[seed]) failure.clear(); // run elsewhere meanwhile
    }
    return ends;
}

} // namespace fedmrn
