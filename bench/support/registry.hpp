// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/support/choice.hpp"

// Which benchmarks there are, and with which arguments, depends on the device. So they are listed
// when the command line has been read, not before main as BENCHMARK does.
namespace fedmrn::bench {

inline std::vector<void (*)()>& registrations() {
    static std::vector<void (*)()> all;
    return all;
}

/// A file's list of benchmarks, run by main once the device is chosen.
struct Register {
    explicit Register(void (*list)()) { registrations().push_back(list); }
};

/// Adds a benchmark, of function(state). Its times are those that it measures (see measure), and an
/// error ends it alone, with its line.
template <class Function>
benchmark::internal::Benchmark* add(const std::string& name, const Function& function) {
    return benchmark::RegisterBenchmark(name.c_str(),
                                        [function](benchmark::State& state) {
                                            try {
                                                function(state);
                                            } catch (const std::exception& error) {
                                                state.SkipWithError(error.what());
                                            }
                                        })
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
}

/// How many lanes are measured: one on the CPU, where a lane is a thread; on a GPU up to 512.
inline std::vector<std::int64_t> lane_counts() {
    return on_cpu() ? std::vector<std::int64_t>{1} : std::vector<std::int64_t>{1, 10, 64, 512};
}

} // namespace fedmrn::bench
