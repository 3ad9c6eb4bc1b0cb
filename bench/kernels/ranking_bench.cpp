// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/ranking.hpp"

#include "bench/support/counters.hpp"

namespace fedmrn::bench {
namespace {

/// Logits of an evaluation's batch. Argument: classes.
void count_top_k(benchmark::State& state) {
    const auto classes = static_cast<std::size_t>(state.range(0));
    const Buffer<LaneState> lane = one_lane();
    const Buffer<float> logits = random_array(batch * classes, 3);
    std::vector<std::uint16_t> targets(batch);
    for (std::size_t i = 0; i < batch; ++i) {
        targets[i] = static_cast<std::uint16_t>(i % classes);
    }
    const Buffer<std::uint16_t> labels(device(), targets);
    Buffer<LaneMetrics> tallies(device(), 1);
    const double seconds = measure(state, [&] {
        kernels::count_top_k(device(), 1, batch, classes, 5, lane.data(), logits.data(),
                             labels.data(), tallies.data());
    });
    const auto n = static_cast<double>(batch * classes);
    count(state, {.bytes = 4 * n + 2 * batch, .elements = n, .samples = batch}, seconds);
}

const Register all([] { add("count_top_k", count_top_k)->ArgName("classes")->Arg(10)->Arg(100); });

} // namespace
} // namespace fedmrn::bench
