// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <optional>
#include <string>

#include "engine/base/terminal.hpp"
#include "fedmrn/metrics.hpp"

namespace fedmrn {

/// The live line of a run: round, first metric, uplink, rate, time left. On a terminal it is drawn
/// over, ten times a second at most; elsewhere a plain line comes after about every tenth round.
class Progress {
public:
    using Clock = std::function<double()>; ///< seconds from any start

    /// measure: of the metric that is shown; done rounds and their uplink are of an earlier
    /// process.
    Progress(std::ostream& out, const Terminal& terminal, Measure measure, std::uint32_t rounds,
             std::uint32_t done, std::uint64_t uplink_bytes, Clock clock = steady_seconds);
    ~Progress() { finish(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// From any thread: share of the running round, samples trained on in it. Never waits.
    void update(double share, std::uint64_t samples);
    /// From the thread that runs the rounds.
    void round_done(const RoundMetrics& round);
    /// Leaves the cursor on a line of its own; idempotent.
    void finish();

    static double steady_seconds();

private:
    void draw(bool running, double share, std::uint64_t samples);
    [[nodiscard]] std::string line(bool running, double share, std::uint64_t samples,
                                   unsigned columns) const;

    std::mutex mutex_;
    std::ostream& out_;
    Terminal terminal_;
    Clock clock_;
    std::uint32_t rounds_, first_, done_;
    std::uint64_t uplink_bytes_, samples_ = 0;
    Measure measure_;
    std::optional<double> value_; ///< none yet
    double start_, drawn_ = -1;
    bool live_ = false; ///< an unfinished line stands on the terminal
};

} // namespace fedmrn
