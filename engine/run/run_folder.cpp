// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/run_folder.hpp"

#include <fmt/core.h>

#include "engine/run/atomic_file.hpp"
#include "engine/run/config.hpp"
#include "engine/run/metrics_file.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

/// Whether the folder had to be made.
bool make(const std::string& folder) {
    std::error_code error;
    const bool made = fs::create_directories(folder, error);
    if (error)
        throw Error(fmt::format("{}: cannot make this folder: {}", folder, error.message()),
                    Fault::run);
    return made;
}

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

} // namespace

RunFolder::RunFolder(const Config& config, bool resume)
    : name_(config.experiment.out), path_(name_), fresh_(make(name_)), lock_(path_) {
    // A run that failed before its first round has nothing to lose.
    const bool taken = fs::exists(checkpoint_file()) || not_empty(metrics_file());
    if (!resume) {
        if (taken)
            throw Error(name_ +
                        ": already holds a run; continue it with --resume or choose another "
                        "folder with --out");
        return;
    }
    if (fs::exists(checkpoint_file())) {
        checkpoint_ = read_checkpoint(checkpoint_file());
        const std::string stored = checkpoint_file().string() + " (config)";
        require_same_run(parse_config(checkpoint_->config, stored), config, name_);
        finished_ =
            fs::exists(summary_file()) && checkpoint_->state.round >= config.experiment.rounds;
    } else if (taken && fs::exists(config_file())) {
        require_same_run(load_config(config_file()), config, name_);
    }
}

RunFolder::~RunFolder() {
    if (!fresh_) return;
    std::error_code none;
    fs::remove(lock_.file(), none);
    fs::remove(path_, none);
}

void RunFolder::begin(const Config& config, std::uint32_t round) {
    fresh_ = false;
    write_atomically(config_file(), to_toml(config));
    if (round == 0)
        discard(metrics_file());
    else
        cut_metrics(metrics_file(), round);
    for (const fs::path& stale : {summary_file(), model_file(), chart_file()}) discard(stale);
}

} // namespace fedmrn
