// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "bench/support/counters.hpp"

// What this machine reaches at best, as rows of their own: the yardsticks of percent_of_copy and
// percent_of_gemm.
namespace fedmrn::bench {
namespace {

void copy(benchmark::State& state) {
    const auto floats = static_cast<std::size_t>(state.range(0));
    const std::vector<float> from(floats, 1.0f);
    std::vector<float> to(floats, 2.0f);
    measure(state, [&] {
        std::memcpy(to.data(), from.data(), floats * sizeof(float));
        benchmark::ClobberMemory();
    });
    state.SetBytesProcessed(state.iterations() * state.range(0) * 8);
}
// A copy of all of CNN4's masked weights; one that no cache holds.
BENCHMARK(copy)->ArgName("floats")->Arg(389920)->Arg(1 << 24)->Unit(benchmark::kMicrosecond);

void gemm(benchmark::State& state) {
    Gemm product(real_of(state.range(0)));
    const double seconds = measure(state, [&] { product.run(); });
    state.counters["flop_per_second"] = Gemm::operations / seconds;
}
BENCHMARK(gemm)->ArgName("bits")->Arg(32)->Arg(16)->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace fedmrn::bench
