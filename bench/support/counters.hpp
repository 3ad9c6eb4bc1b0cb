// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/support/peaks.hpp"

namespace fedmrn::bench {

/// Times body(), the device's work included. Returns CPU seconds a call.
template <class Body> double measure(benchmark::State& state, const Body& body) {
    body(); // what is made at the first call: primitives, scratch memory
    const double start = thread_seconds();
    for (auto _ : state) {
        body();
        device().synchronize();
    }
    return (thread_seconds() - start) / static_cast<double>(state.iterations());
}

/// What one call has to do at least.
struct Work {
    double bytes = 0;     ///< moved, an array as often as the algorithm has to pass over it
    double footprint = 0; ///< bytes of memory that it touches; 0: bytes
    double elements = 0;  ///< whatever the kernel makes
    double flops = 0;     ///< multiplications and additions, without those with padding
    double samples = 0;
};

/// Rates of this work, and their share of what the machine reaches: percent_of_copy against a copy
/// that touches as much memory, percent_of_gemm against a matrix product of the same type.
inline void count(benchmark::State& state, const Work& work, double seconds,
                  Real real = Real::f32) {
    auto& counters = state.counters;
    if (work.bytes > 0) {
        const double footprint = work.footprint > 0 ? work.footprint : work.bytes;
        const double peak = copy_peak(static_cast<std::size_t>(footprint));
        state.SetBytesProcessed(static_cast<std::int64_t>(work.bytes) * state.iterations());
        counters["percent_of_copy"] = 100 * work.bytes / seconds / peak;
    }
    if (work.flops > 0) {
        counters["flop_per_second"] = work.flops / seconds;
        counters["percent_of_gemm"] = 100 * work.flops / seconds / gemm_peak(real);
    }
    if (work.elements > 0) {
        counters["elements_per_second"] = work.elements / seconds;
    }
    if (work.samples > 0) {
        counters["samples_per_second"] = work.samples / seconds;
    }
}

} // namespace fedmrn::bench
