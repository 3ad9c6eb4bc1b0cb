// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <ctime>

#include "bench/support/choice.hpp"

// The CPU device is timed by the thread's CPU time, so that other processes disturb it through
// caches and memory only. A GPU runs behind the host: it is timed by the wall, over a batch of
// calls that are queued one after another and waited for once. A batch takes a millisecond or more,
// so that the wait (some 10 µs) is below one percent.
namespace fedmrn::bench {

/// CPU seconds of the calling thread.
inline double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline double now() {
    if (on_cpu()) {
        return thread_seconds();
    }
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(since).count();
}

/// Seconds of so many calls, the device's work included.
template <class Body> double timed(const Body& body, std::size_t calls) {
    device().synchronize();
    const double start = now();
    for (std::size_t i = 0; i < calls; ++i) {
        body();
    }
    device().synchronize();
    return now() - start;
}

/// How many calls make a batch: a millisecond's. On the CPU a call is timed for itself unless it is
/// so short that reading the clock would show.
template <class Body> std::size_t calls_of(const Body& body) {
    const double enough = on_cpu() ? 1e-4 : 1e-3;
    std::size_t calls = 1;
    while (calls < 1024 && timed(body, calls) < enough) {
        calls *= 2;
    }
    return calls;
}

/// How often a recording holds what it measures: one replay costs the host a launch.
inline constexpr std::size_t recorded_calls = 16;

/// Calls that the device replays from a graph, as the engine does: queued one by one, kernels and
/// copies of a few µs would show the host's rate.
template <class Body> auto record_calls(const Body& body) {
    body(); // what is made at the first call
    return device().record([&] {
        for (std::size_t i = 0; i < recorded_calls; ++i) {
            body();
        }
    });
}

} // namespace fedmrn::bench
