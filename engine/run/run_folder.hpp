// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/run/checkpoint.hpp"
#include "engine/run/folder_lock.hpp"

namespace fedmrn {

/// The folder of one run and what an earlier process left in it. Nothing in it changes before
/// begin().
class RunFolder {
public:
    /// Takes the folder. Throws Error where it is in use, where it holds a run and resume is false,
    /// or where the run in it is not the one that config describes.
    RunFolder(const Config& config, bool resume);
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;
    /// Removes a folder that it made and that nothing began in.
    ~RunFolder();

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] bool finished() const { return finished_; }
    /// Where to go on; none: at the beginning. Moved out by the caller.
    std::optional<Checkpoint>& checkpoint() { return checkpoint_; }

    /// Writes config.toml, cuts metrics.jsonl back to round and removes what a finished shorter run
    /// left. From here on the folder holds this run.
    void begin(const Config& config, std::uint32_t round);

    [[nodiscard]] std::filesystem::path config_file() const { return path_ / "config.toml"; }
    [[nodiscard]] std::filesystem::path metrics_file() const { return path_ / "metrics.jsonl"; }
    [[nodiscard]] std::filesystem::path summary_file() const { return path_ / "summary.json"; }
    [[nodiscard]] std::filesystem::path model_file() const { return path_ / "model.safetensors"; }
    [[nodiscard]] std::filesystem::path chart_file() const { return path_ / "accuracy.svg"; }
    [[nodiscard]] std::filesystem::path checkpoint_file() const {
        return path_ / "checkpoint.safetensors";
    }

private:
    std::string name_;
    std::filesystem::path path_;
    bool fresh_; ///< this process made the folder and nothing has begun in it
    FolderLock lock_;
    std::optional<Checkpoint> checkpoint_;
    bool finished_ = false;
};

} // namespace fedmrn
