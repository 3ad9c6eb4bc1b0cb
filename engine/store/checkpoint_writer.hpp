// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <optional>

#include "engine/store/checkpoint.hpp"

namespace fedmrn {

/// Writes checkpoints of a run to one file, on a thread beside the run's rounds: who hands one over
/// pays for the copy alone. One is under way at a time, none waits in a queue, and each takes its
/// file's place whole (write_checkpoint). Memory: the checkpoint, and while it is written what
/// clients keep a second time, as an array. Where the system gives no thread it is written when it
/// is waited for.
class CheckpointWriter {
public:
    /// before: called on the thread before each is written; what it throws counts as the writing's.
    explicit CheckpointWriter(std::filesystem::path path, std::function<void()> before = {});
    /// Waits, and keeps quiet about what went wrong.
    ~CheckpointWriter();
    CheckpointWriter(const CheckpointWriter&) = delete;
    CheckpointWriter& operator=(const CheckpointWriter&) = delete;

    /// Waits for the last one, then hands this one over. Throws the last one's Error.
    void write(Checkpoint checkpoint);
    /// Waits for the last one. Throws its Error, once.
    void wait();

    /// Whether the last one is still under way.
    [[nodiscard]] bool busy() const;
    /// Seconds of a processor that the last one took which was waited for.
    [[nodiscard]] double processor_seconds() const { return processor_seconds_; }

private:
    std::filesystem::path path_;
    std::function<void()> before_;
    std::future<double> under_way_; ///< gives the processor's seconds
    double processor_seconds_ = 0;
};

} // namespace fedmrn
