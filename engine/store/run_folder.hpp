// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/base/folder_lock.hpp"
#include "engine/base/new_folder.hpp"
#include "engine/store/checkpoint.hpp"

namespace fedmrn {

/// The folder of one run and what an earlier process left in it. Nothing in it changes before
/// begin(), and a result stays until a new one takes its place. A folder that was made for a run
/// that did not begin goes again.
class RunFolder {
public:
    /// Takes the folder. Throws Error where it is in use, where it holds a run and resume is false,
    /// where the run in it is not the one that config describes or has done more rounds, and where
    /// it holds files of a run's names that are no run's. input: the file that config was read
    /// from, which is never written over unless it is the run's own; empty: none.
    RunFolder(const Config& config, bool resume, const std::filesystem::path& input = {});
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    /// All rounds are done and every result is there.
    [[nodiscard]] bool finished() const { return finished_; }
    /// Where to go on; none: at the beginning. Moved out by the caller.
    std::optional<Checkpoint>& checkpoint() { return checkpoint_; }
    /// One line to be said, or empty.
    [[nodiscard]] const std::string& warning() const { return lock_.warning(); }

    /// Writes config.toml and cuts metrics.jsonl back to round. From here on the folder holds this
    /// run.
    void begin(const Config& config, std::uint32_t round);

    [[nodiscard]] std::filesystem::path config_file() const { return path_ / "config.toml"; }
    [[nodiscard]] std::filesystem::path metrics_file() const { return path_ / "metrics.jsonl"; }
    [[nodiscard]] std::filesystem::path summary_file() const { return path_ / "summary.json"; }
    [[nodiscard]] std::filesystem::path model_file() const { return path_ / "model.safetensors"; }
    [[nodiscard]] std::filesystem::path chart_file() const { return path_ / chart_; }
    [[nodiscard]] std::filesystem::path clients_file() const { return path_ / "clients.csv"; }
    [[nodiscard]] std::filesystem::path clients_chart_file() const { return path_ / "clients.svg"; }
    [[nodiscard]] std::filesystem::path checkpoint_file() const {
        return checkpoint_file_in(path_);
    }
    [[nodiscard]] static std::filesystem::path
    checkpoint_file_in(const std::filesystem::path& path) {
        return path / "checkpoint.safetensors";
    }

private:
    void refuse_foreign(const std::filesystem::path& input, bool resume) const;
    [[nodiscard]] bool all_results(const Config& config) const;

    std::string name_;
    std::filesystem::path path_;
    std::string chart_; ///< accuracy.svg, or of another first metric
    NewFolder folder_;  ///< kept from begin() on
    FolderLock lock_;
    std::optional<Checkpoint> checkpoint_;
    bool finished_ = false;
};

} // namespace fedmrn
