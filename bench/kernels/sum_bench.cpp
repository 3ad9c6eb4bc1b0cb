// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/sum.hpp"

#include "bench/support/counters.hpp"

// Two images of 28 × 28 × 32 a sample, as a residual block adds them. Bytes: read twice, written
// once.
namespace fedmrn::bench {
namespace {

void weighted_sum(benchmark::State& state) {
    const kernels::SumShape shape{
        .batch = batch, .size = 28 * 28 * 32, .real = real_of(state.range(0))};
    const Buffer<LaneState> lane = one_lane();
    const auto a = random_activations(shape.real, batch * shape.size);
    const auto b = random_activations(shape.real, batch * shape.size);
    Buffer<std::byte> y(device(), a.size());
    const double seconds = measure(state, [&] {
        kernels::weighted_sum(device(), shape, lane.data(), 1.0f, a.data(), 1.0f, b.data(),
                              y.data());
    });
    count(state,
          {.bytes = 3 * static_cast<double>(a.size()),
           .elements = static_cast<double>(batch * shape.size),
           .samples = batch},
          seconds);
}

const Register all([] { add("weighted_sum", weighted_sum)->ArgName("bits")->Arg(32)->Arg(16); });

} // namespace
} // namespace fedmrn::bench
