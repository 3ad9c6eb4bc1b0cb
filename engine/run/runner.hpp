// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>

#include "engine/base/signals.hpp"
#include "fedmrn/communicator.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// Rounds first … last, counted from 1.
struct Rounds {
    std::uint32_t first = 1, last = 1;
    [[nodiscard]] bool hold(std::uint32_t round) const { return first <= round && round <= last; }
};

/// Rounds whose messages are kept, as MessageFolder keeps them.
struct KeptRounds {
    std::filesystem::path folder;
    std::optional<Rounds> rounds; ///< none: the last
};

struct RunOptions {
    bool resume = false;         ///< go on with the run that stands in the folder
    std::filesystem::path input; ///< the file it was read from, never written over
    std::optional<Rounds>
        profiled; ///< what a profiler is to record; needs a device with a profiler
    std::optional<KeptRounds> kept;
    /// The job's; null: this process alone. Each rank calls run(); rank 0 keeps the folder, writes
    /// and speaks, and the others follow it.
    std::shared_ptr<Communicator> ranks;
    bool brief = false; ///< no summary of a finished run, no word of an empty folder or of locks
    // For one run among several:
    const Signals* signals = nullptr;                     ///< null: its own
    std::function<const Dataset&(const Config&)> dataset; ///< null: it loads its own, and lets go
};

/// Runs an experiment from its data to its summary in the folder experiment.out. Returns the exit
/// status: 0, or 130, 138 and 143 after SIGINT, SIGUSR1 and SIGTERM, where a checkpoint was written
/// first. Throws Error.
int run(const Config& asked, const RunOptions& options, std::ostream& out);

} // namespace fedmrn
