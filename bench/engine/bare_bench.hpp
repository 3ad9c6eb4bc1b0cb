// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <utility>

#include <benchmark/benchmark.h>

#include "bench/support/bare_convolutions.hpp"
#include "bench/support/floor.hpp"
#include "bench/support/setup.hpp"

namespace fedmrn::bench {

/// Samples/s of oneDNN's convolutions of CNN4 alone, measured when first asked for.
inline double bare_rate(Real real, Bare how) {
    static std::map<std::pair<Real, Bare>, double> known;
    if (!known.contains({real, how})) {
        BareConvolutions convolutions(real, how);
        const auto pass = [&] {
            convolutions.forward();
            convolutions.backward();
        };
        pass();
        known[{real, how}] = batch / timings(pass, 2.0).median;
    }
    return known[{real, how}];
}

/// A rate of training CNN4, and its share of what the device reaches. On the CPU percent_of_bare
/// and percent_of_fastest: against oneDNN's convolutions alone, forward and backward, in the
/// layouts that they like best, by the direct algorithm and by the faster one of each primitive.
inline void count_samples(benchmark::State& state, const Model& model, double samples,
                          double seconds, Real real) {
    const double rate = samples / seconds;
    state.counters["samples_per_second"] = rate;
    if (on_cpu() && model.name == "cnn4") {
        state.counters["percent_of_bare"] = 100 * rate / bare_rate(real, Bare::direct);
        state.counters["percent_of_fastest"] = 100 * rate / bare_rate(real, Bare::fastest);
    }
    if (!on_cpu()) {
        const double flops = training_flops(model) * rate;
        state.counters["flop_per_second"] = flops;
        state.counters["percent_of_gemm"] = 100 * flops / gemm_peak(real);
    }
}

} // namespace fedmrn::bench
