// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/support/clock.hpp"
#include "bench/support/gemm.hpp"

// What this machine reaches at best on one thread, measured once and when first asked for. Times
// are CPU time of the thread, so that other processes disturb them through the caches only.
namespace fedmrn::bench {

struct Timings {
    double fastest = 0, median = 0; ///< seconds of a call
};

/// Calls body for about the given time.
template <class Body> Timings timings(const Body& body, double budget = 0.25) {
    std::vector<double> taken;
    for (double spent = 0; spent < budget; spent += taken.back()) {
        const double start = thread_seconds();
        body();
        taken.push_back(thread_seconds() - start);
    }
    std::sort(taken.begin(), taken.end());
    return {taken.front(), taken[taken.size() / 2]};
}

/// Bytes/s, reads and writes, of a copy that touches this many bytes.
inline double copy_peak(std::size_t footprint) {
    static std::map<std::size_t, double> known;
    const std::size_t half = std::bit_ceil(std::max<std::size_t>(footprint, 1 << 16)) / 2;
    const auto found = known.find(half);
    if (found != known.end()) {
        return found->second;
    }
    std::vector<char> from(half, 1), to(half, 2);
    const std::size_t times = std::max<std::size_t>(1, (std::size_t{1} << 22) / half);
    const Timings copying = timings([&] {
        for (std::size_t i = 0; i < times; ++i) {
            std::memcpy(to.data(), from.data(), half);
            benchmark::DoNotOptimize(to.data());
            benchmark::ClobberMemory();
        }
    });
    return known[half] = static_cast<double>(2 * half * times) / copying.fastest;
}

/// FLOP/s of a matrix product of type real.
inline double gemm_peak(Real real) {
    static std::map<Real, double> known;
    const auto found = known.find(real);
    if (found != known.end()) {
        return found->second;
    }
    Gemm gemm(real);
    gemm.run();
    return known[real] = Gemm::operations / timings([&] { gemm.run(); }, 0.5).fastest;
}

} // namespace fedmrn::bench
