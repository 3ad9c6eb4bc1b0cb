// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/runs.hpp"

#include <exception>
#include <filesystem>
#include <ostream>
#include <stop_token>
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

/// The runs of a plan, one after the other.
class Runs {
public:
    Runs(const ComparePlan& plan, const Signals& signals, std::ostream& out)
        : plan_(plan), signals_(signals), out_(out), datasets_(signals.token()) {
        options_.resume = options_.brief = true;
        options_.signals = &signals_;
        options_.dataset = [this](const Config& config) -> const Dataset& {
            return datasets_.of(config);
        };
    }

    /// Seed by seed, so that what there is of a comparison that is cut short is of every method.
    std::vector<CellEnds> run() {
        std::vector<CellEnds> ends(
            plan_.cells.size(),
            {{}, SeedResults(plan_.seeds), std::vector<std::string>(plan_.seeds), {}});
        for (std::size_t s = 0; s < plan_.seeds; ++s)
            for (std::size_t c = 0; c < ends.size(); ++c) {
                const PlannedCell& cell = plan_.cells[c];
                if (s == 0) choose(cell, ends[c]);
                if (!ends[c].chosen) {
                    ++done_;
                    continue;
                }
                const Candidate& candidate = cell.candidates[*ends[c].chosen];
                ends[c].failures[s] = one(cell, candidate, candidate.runs[s], "");
            }
        return ends;
    }

private:
    /// By the mean over the tuning seeds; the first of equals. Values with which a run fails are
    /// not chosen.
    void choose(const PlannedCell& cell, CellEnds& ends) {
        if (!cell.tuned()) {
            ends.chosen = 0;
            return;
        }
        std::optional<std::size_t> chosen;
        double best = 0;
        std::string why;
        bool stopped = false;
        for (std::size_t c = 0; c < cell.candidates.size(); ++c) {
            const Candidate& candidate = cell.candidates[c];
            std::vector<double> values;
            for (const Config& config : candidate.tuning) {
                const std::string failure = one(cell, candidate, config, "tuning, ");
                const auto result = read_result(config, plan_);
                if (result && failure.empty()) values.push_back(result->value);
                if (why.empty()) why = failure;
                stopped = stopped || (!result && failure.empty());
            }
            if (values.size() != candidate.tuning.size()) continue;
            const double value = estimate_of(values).mean;
            if (chosen && !plan_.measure.prefers(value, best)) continue;
            chosen = c;
            best = value;
        }
        if (stopped) return;
        ends.chosen = chosen;
        if (chosen) {
            out_ << fmt::format("{}: chosen {}\n\n", cell_name(plan_, cell),
                                cell.candidates[*chosen].label);
        } else {
            ends.untuned = "no value could be chosen, " + why;
        }
    }

    /// Why it failed; empty: it did not, or was stopped.
    std::string one(const PlannedCell& cell, const Candidate& candidate, const Config& config,
                    const char* what) {
        ++done_;
        if (signals_.token().stop_requested()) return {};
        out_ << fmt::format("[{}/{}] {}, {}{}{}seed {}\n", done_, plan_.runs(),
                            cell_name(plan_, cell), candidate.label,
                            candidate.label.empty() ? "" : ", ", what, config.experiment.seed);
        std::string failure;
        try {
            fedmrn::run(config, options_, out_);
        } catch (const std::exception& error) {
            failure = one_line(error.what());
            out_ << "failed: " << failure << '\n';
        }
        out_ << '\n' << std::flush;
        return failure;
    }

    const ComparePlan& plan_;
    const Signals& signals_;
    std::ostream& out_;
    Datasets datasets_;
    RunOptions options_;
    std::size_t done_ = 0;
};

/// One may have been run elsewhere meanwhile.
void read_results(const ComparePlan& plan, std::vector<CellEnds>& ends) {
    for (std::size_t c = 0; c < ends.size(); ++c) {
        if (!ends[c].chosen) continue;
        const Candidate& candidate = plan.cells[c].candidates[*ends[c].chosen];
        for (std::size_t s = 0; s < plan.seeds; ++s) {
            ends[c].results[s] = read_result(candidate.runs[s], plan);
            if (ends[c].results[s]) ends[c].failures[s].clear();
        }
    }
}

} // namespace

std::string cell_name(const ComparePlan& plan, const PlannedCell& cell) {
    return plan.partitions[cell.partition] + ", " + plan.methods[cell.method];
}

std::vector<CellEnds> run_cells(const ComparePlan& plan, const Signals& signals,
                                std::ostream& out) {
    std::vector<CellEnds> ends = Runs(plan, signals, out).run();
    read_results(plan, ends);
    return ends;
}

} // namespace fedmrn
