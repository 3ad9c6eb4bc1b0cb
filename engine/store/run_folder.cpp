// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/run_folder.hpp"

#include <fstream>

#include <fmt/core.h>

#include "engine/base/atomic_file.hpp"
#include "engine/base/text.hpp"
#include "engine/config/run_file.hpp"
#include "engine/config/same_run.hpp"
#include "engine/store/metrics_file.hpp"
#include "engine/store/summary.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/metric.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

void discard(const fs::path& path) {
    std::error_code error;
    fs::remove(path, error);
    if (error)
        throw Error(fmt::format("{}: cannot remove: {}", path.string(), error.message()),
                    Fault::run);
}

bool not_empty(const fs::path& path) {
    std::error_code none;
    const auto size = fs::file_size(path, none);
    return !none && size > 0;
}

/// Whether it begins as a run's metrics do, whole lines or not.
bool is_metrics(const fs::path& file) {
    constexpr std::string_view begin = "{\"round\":1,";
    std::string text(begin.size(), '\0');
    std::ifstream in(file, std::ios::binary);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    return begin.starts_with(
        std::string_view(text).substr(0, static_cast<std::size_t>(in.gcount())));
}

/// The chart is called by the first metric, as the file of a run's results says it.
std::string chart_name(const Config& config) {
    const std::vector<Measure> measures = measures_of(config.model.metrics);
    return (measures.empty() ? loss_measure() : measures.front()).name + ".svg";
}

} // namespace

RunFolder::RunFolder(const Config& config, bool resume, const fs::path& input)
    : name_(config.experiment.out), path_(name_), chart_(chart_name(config)), folder_(path_),
      lock_(path_) {
    // A run that failed before its first round has nothing to lose.
    const bool taken = fs::exists(checkpoint_file()) || not_empty(metrics_file());
    if (taken && !resume)
        throw Error(name_ + ": already holds a run; continue it with --resume or choose another "
                            "folder with --out");
    if (fs::exists(checkpoint_file())) {
        checkpoint_ = read_checkpoint(checkpoint_file());
        const std::string stored = checkpoint_file().string() + " (config)";
        require_same_run(parse_config(checkpoint_->config, stored), config, name_);
        if (config.experiment.rounds < checkpoint_->state.round)
            throw Error(fmt::format("{}: cannot resume: {} done, expected experiment.rounds of at "
                                    "least as many, found {}",
                                    name_,
                                    checkpoint_->state.round == 1
                                        ? "1 round is"
                                        : counted(checkpoint_->state.round, "round") + " are",
                                    config.experiment.rounds));
        finished_ = checkpoint_->state.round >= config.experiment.rounds && all_results(config);
        return;
    }
    refuse_foreign(input, resume);
    if (taken && is_run_config(config_file()))
        require_same_run(load_config(config_file()), config, name_);
}

/// Without a checkpoint, what lies under a run's names must be what a run leaves that ended before
/// its first one.
void RunFolder::refuse_foreign(const fs::path& input, bool resume) const {
    const auto refuse = [&](const fs::path& file, const std::string& why) {
        throw Error(fmt::format("{}: {}; choose another folder with --out", file.string(), why));
    };
    std::error_code none;
    const bool own = is_run_config(config_file());
    const bool started = !input.empty() && fs::equivalent(input, config_file(), none);
    if (started && !(own && resume))
        refuse(config_file(), "the run would write over the file that it is started with");
    if (fs::exists(config_file()) && !own)
        refuse(config_file(), "is no run's, and a run in this folder would write over it");
    for (const fs::path& file :
         {summary_file(), model_file(), chart_file(), clients_file(), clients_chart_file()})
        if (fs::exists(file))
            refuse(file,
                   "there is no checkpoint of a run beside it, and a run in this folder would "
                   "write over it");
    if (not_empty(metrics_file()) && !(own && is_metrics(metrics_file())))
        refuse(metrics_file(), "is no run's, and a run in this folder would write over it");
}

bool RunFolder::all_results(const Config& config) const {
    bool all = fs::exists(model_file()) && fs::exists(chart_file()) && fs::exists(summary_file());
    if (config.experiment.per_client)
        all = all && fs::exists(clients_file()) && fs::exists(clients_chart_file());
    try {
        return all && read_summary(summary_file()).rounds == config.experiment.rounds;
    } catch (const Error&) {
        return false; // damaged: it is written again
    }
}

void RunFolder::begin(const Config& config, std::uint32_t round) {
    write_atomically(config_file(), fmt::format("{}\n\n{}", run_config_mark, to_toml(config)));
    folder_.keep();
    if (round == 0)
        discard(metrics_file());
    else
        cut_metrics(metrics_file(), round, config.server.eval_every);
}

} // namespace fedmrn
