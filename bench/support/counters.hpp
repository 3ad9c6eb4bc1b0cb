// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include "bench/support/peaks.hpp"
#include "bench/support/registry.hpp"
#include "bench/support/setup.hpp"

namespace fedmrn::bench {

/// Times body() as it is called, a batch at a time. each: calls that one body() stands for. Returns
/// seconds a call.
template <class Body>
double measure_calls(benchmark::State& state, const Body& body, std::size_t each = 1) {
    body(); // what is made at the first call: primitives, scratch memory
    const std::size_t calls = calls_of(body);
    double total = 0;
    while (state.KeepRunningBatch(static_cast<std::int64_t>(calls * each))) {
        const double seconds = timed(body, calls);
        state.SetIterationTime(seconds); // adds up; the report divides by the calls
        total += seconds;
    }
    return total / static_cast<double>(state.iterations());
}

/// Times body(), which calls contracts that a device can record; on a GPU they are replayed.
template <class Body> double measure(benchmark::State& state, const Body& body) {
    if (on_cpu()) {
        return measure_calls(state, body);
    }
    const auto recording = record_calls(body);
    return measure_calls(
        state, [&] { recording->replay(); }, recorded_calls);
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
