// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include "bench/support/counters.hpp"
#include "bench/support/images.hpp"
#include "engine/client/evaluator.hpp"
#include "engine/client/lane_choice.hpp"
#include "engine/server/resident_split.hpp"

namespace fedmrn::bench {
namespace {

/// Test images through CNN4: 1,000 on one lane of a CPU; 10,000, as many batches at once as the
/// engine takes, on a GPU. Arguments: server.eval_batch, bits of an activation.
void evaluation(benchmark::State& state) {
    const std::size_t samples = on_cpu() ? 1000 : 10000;
    static const Split images = split_of(synthetic_images(2, samples), {28, 28, 1}, 10);
    const auto eval_batch = static_cast<std::size_t>(state.range(0));
    const std::size_t lanes =
        on_cpu()
            ? 1
            : evaluation_lanes({.eval_batch = static_cast<std::uint32_t>(eval_batch)}, samples);
    Evaluator evaluator(device(), cnn4(), lanes, eval_batch, real_of(state.range(1)));
    const ResidentSplit split(device(), images, cnn4(), std::span<const std::uint32_t>{});
    const Buffer<float> global(device(), initial_state(cnn4(), 1));
    const std::vector<SampleRange> batches = batches_of({0, samples}, eval_batch);
    std::vector<LaneMetrics> results(batches.size());
    const double seconds = measure_calls(state, [&] {
        std::atomic<std::size_t> next{0};
        evaluator.run(split.view(), batches, global.data(), next, results);
    });
    state.counters["samples_per_second"] = static_cast<double>(samples) / seconds;
}
const Register all([] {
    add("evaluation", evaluation)
        ->ArgNames({"eval_batch", "bits"})
        ->ArgsProduct({{16, 32, 50, 64, 100, 128, 250, 500}, {32, 16}})
        ->Unit(benchmark::kMillisecond);
});

} // namespace
} // namespace fedmrn::bench
