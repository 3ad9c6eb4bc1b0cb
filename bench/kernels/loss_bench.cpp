// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/loss.hpp"

#include "bench/support/counters.hpp"
#include "kernels/distil.hpp"

namespace fedmrn::bench {
namespace {

/// Logits of 10 classes. Argument: whether the gradient is wanted.
void cross_entropy(benchmark::State& state) {
    constexpr std::size_t classes = 10;
    const bool training = state.range(0) != 0;
    const Buffer<LaneState> lane = one_lane();
    const Buffer<float> logits = random_array(batch * classes, 3);
    std::vector<std::uint16_t> targets(batch);
    for (std::size_t i = 0; i < batch; ++i) {
        targets[i] = static_cast<std::uint16_t>(i % classes);
    }
    const Buffer<std::uint16_t> labels(device(), targets);
    Buffer<float> gradient(device(), batch * classes);
    Buffer<LaneMetrics> metrics(device(), 1);
    const double seconds = measure(state, [&] {
        kernels::cross_entropy(device(), 1, batch, classes, lane.data(), logits.data(),
                               labels.data(), training ? gradient.data() : nullptr, metrics.data());
    });
    constexpr double n = batch * classes;
    count(state, {.bytes = (training ? 8 : 4) * n + 2 * batch, .elements = n, .samples = batch},
          seconds);
}

/// The same with a teacher's logits, in training.
void distillation(benchmark::State& state) {
    constexpr std::size_t classes = 10;
    const Buffer<LaneState> lane = one_lane();
    const Buffer<float> student = random_array(batch * classes, 3);
    const Buffer<float> teacher = random_array(batch * classes, 4);
    const Buffer<std::uint16_t> labels(device(), std::vector<std::uint16_t>(batch, 3));
    Buffer<float> gradient(device(), batch * classes);
    Buffer<LaneMetrics> metrics(device(), 1);
    const double seconds = measure(state, [&] {
        kernels::distillation(device(), {4, 0.5f}, 1, batch, classes, lane.data(), student.data(),
                              teacher.data(), labels.data(), gradient.data(), metrics.data());
    });
    constexpr double n = batch * classes;
    count(state, {.bytes = 12 * n + 2 * batch, .elements = n, .samples = batch}, seconds);
}

const Register all([] {
    add("cross_entropy", cross_entropy)->ArgName("training")->Arg(1)->Arg(0);
    add("distillation", distillation);
});

} // namespace
} // namespace fedmrn::bench
