// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include "bench/support/counters.hpp"
#include "bench/support/images.hpp"
#include "engine/client/evaluator.hpp"
#include "engine/server/resident_split.hpp"

namespace fedmrn::bench {
namespace {

/// 1,000 test images through CNN4 on one lane. Arguments: server.eval_batch, bits of an activation.
void evaluation(benchmark::State& state) {
    constexpr std::size_t samples = 1000;
    static const Split images = synthetic_images(2, samples);
    const auto eval_batch = static_cast<std::size_t>(state.range(0));
    Evaluator evaluator(device(), cnn4(), 1, eval_batch, real_of(state.range(1)));
    const ResidentSplit split(device(), images, cnn4().input, std::span<const std::uint32_t>{});
    const Buffer<float> global(device(), initial_state(cnn4(), 1));
    std::vector<LaneMetrics> results(evaluator.batches(samples));
    const double seconds = measure(state, [&] {
        std::atomic<std::size_t> next{0};
        evaluator.run(split.view(), samples, global.data(), next, results);
    });
    state.counters["samples_per_second"] = samples / seconds;
}
BENCHMARK(evaluation)
    ->ArgNames({"eval_batch", "bits"})
    ->ArgsProduct({{16, 32, 50, 64, 100, 128, 250, 500}, {32, 16}})
    ->Unit(benchmark::kMillisecond);

} // namespace
} // namespace fedmrn::bench
