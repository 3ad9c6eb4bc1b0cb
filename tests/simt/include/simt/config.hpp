// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace simt {

/// In which order the simulator runs what CUDA leaves unordered: blocks of a grid, threads between
/// two barriers, streams, nodes of a graph. A correct program gives one answer under all of them.
enum class Schedule : std::uint8_t { fifo, lifo, random };

/// Read from the environment once; a test may change it.
struct Config {
    Config();
    Schedule schedule = Schedule::fifo; ///< SIMT_SCHED = fifo | lifo | random[:seed]
    std::uint64_t seed = 1;
    /// SIMT_STREAMS = lazy: queued work runs as late as the API allows, so that a missing
    /// synchronisation shows as stale data. Otherwise it runs as it is queued.
    bool lazy_streams = false;
    unsigned threads = 1;          ///< SIMT_THREADS: OS threads of a grid, one block each at a time
    std::size_t stack = 64 * 1024; ///< SIMT_STACK: bytes of one CUDA thread's stack
    std::size_t memory = std::size_t{4} << 30; ///< SIMT_MEMORY: bytes of device memory in all
    bool protect = true; ///< SIMT_UNPROTECTED turns it off: the host may then touch device memory
};
Config& config();

/// Counts since the program began; switches are changes from one CUDA thread to another.
struct Stats {
    std::uint64_t launches = 0, blocks = 0, threads = 0, switches = 0;
};
Stats stats();

} // namespace simt
