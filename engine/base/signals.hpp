// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

#include "engine/base/file.hpp"

namespace fedmrn {

/// While one of these lives, SIGINT, SIGTERM and SIGUSR1 (what Slurm sends before it preempts a job
/// that asked for it) ask for a stop instead of ending the process; a second one ends it at once.
/// Make it before any other thread: they inherit that these signals are
/// blocked.
class Signals {
public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
    /// Of the signal that came; 0: none.
    [[nodiscard]] int number() const { return number_; }

private:
    void watch();

    std::stop_source stop_;
    std::atomic<int> number_ = 0;
    sigset_t before_{};
    Descriptor signals_, quit_;
    std::thread watcher_;
};

} // namespace fedmrn
