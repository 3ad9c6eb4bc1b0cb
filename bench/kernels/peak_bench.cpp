// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/support/counters.hpp"

// What this machine reaches at best, as rows of their own: the yardsticks of percent_of_copy and
// percent_of_gemm.
namespace fedmrn::bench {
namespace {

void copy(benchmark::State& state) {
    const auto bytes = static_cast<std::size_t>(state.range(0)) * sizeof(float);
    const Buffer<std::byte> from(device(), bytes);
    Buffer<std::byte> to(device(), bytes);
    measure(state, [&] { device().copy_within(to.data(), from.data(), bytes); });
    state.SetBytesProcessed(state.iterations() * state.range(0) * 8);
}

void gemm(benchmark::State& state) {
    const auto product = make_product(real_of(state.range(0)));
    const double seconds = measure_calls(state, [&] { product->run(); });
    state.counters["flop_per_second"] = product->operations() / seconds;
}

const Register all([] {
    // A copy of all of CNN4's masked weights; one that no cache holds.
    add("copy", copy)->ArgName("floats")->Arg(389920)->Arg(on_cpu() ? 1 << 24 : 1 << 28);
    add("gemm", gemm)->ArgName("bits")->Arg(32)->Arg(16);
});

} // namespace
} // namespace fedmrn::bench
