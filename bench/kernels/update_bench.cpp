// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/update.hpp"

#include "bench/support/counters.hpp"

// The passes over CNN4's parameters and over sums of its updates.
namespace fedmrn::bench {
namespace {

std::size_t trainable() { return cnn4().layout.trainable; }

/// For a pass over n elements that moves and holds so many bytes an element.
void count_pass(benchmark::State& state, std::size_t n, double bytes, double held, double seconds) {
    const auto elements = static_cast<double>(n);
    count(state, {.bytes = bytes * elements, .footprint = held * elements, .elements = elements},
          seconds);
}

void add_update(benchmark::State& state) {
    const std::size_t n = trainable();
    const Buffer<LaneState> lane = one_lane();
    const Buffer<float> global = random_array(n), update = random_array(n);
    Buffer<float> weights(device(), n);
    const double seconds = measure(state, [&] {
        kernels::add_update(device(), 1, lane.data(), n, global.data(), {update.data(), 0},
                            {weights.data(), 0});
    });
    count_pass(state, n, 12, 12, seconds);
}

/// Argument: momentum in percent. Without it and without decay: gradient in, update in and out.
void sgd_step(benchmark::State& state) {
    const std::size_t n = trainable();
    const float momentum = static_cast<float>(state.range(0)) / 100;
    const Buffer<float> lr(device(), std::vector<float>{1e-6f});
    const Buffer<LaneState> lane = one_lane();
    const Buffer<float> gradient = random_array(n), weights = random_array(n);
    Buffer<float> velocity(device(), n), update(device(), n);
    const double seconds = measure(state, [&] {
        kernels::sgd_step(device(), {.momentum = momentum}, lr.data(), 1, lane.data(), n,
                          {gradient.data(), 0}, {weights.data(), 0}, {velocity.data(), 0},
                          {update.data(), 0});
    });
    count_pass(state, n, momentum != 0 ? 20 : 12, momentum != 0 ? 12 : 8, seconds);
}

void aggregate_dense(benchmark::State& state) {
    const std::size_t n = trainable();
    const Buffer<float> values = random_array(n);
    Buffer<formula::Wide> sum(device(), n);
    const double seconds = measure_calls(
        state, [&] { kernels::add_dense(device(), n, values.data(), 600, sum.data()); });
    count_pass(state, n, 36, 20, seconds);
}

void mean_of_masks(benchmark::State& state) {
    const std::size_t n = cnn4().layout.masked;
    const Buffer<std::int64_t> sum(device(), std::vector<std::int64_t>(n, 1 << 20));
    Buffer<double> mean(device(), n);
    const double seconds = measure(state, [&] {
        kernels::mean_of_masks(device(), n, sum.data(), 0x1p-30f, 6000, mean.data());
    });
    count_pass(state, n, 16, 16, seconds);
}

void mean_of_dense(benchmark::State& state) {
    const std::size_t n = trainable();
    const std::vector<formula::Wide> values(n, static_cast<formula::Wide>(6000) << 36);
    const Buffer<formula::Wide> sum(device(), values);
    Buffer<double> mean(device(), n);
    const double seconds =
        measure(state, [&] { kernels::mean_of_dense(device(), n, sum.data(), 6000, mean.data()); });
    count_pass(state, n, 24, 24, seconds);
}

/// Argument: momentum in percent.
void server_step(benchmark::State& state) {
    const std::size_t n = trainable();
    const double momentum = static_cast<double>(state.range(0)) / 100;
    const Buffer<double> mean(device(), std::vector<double>(n, 1e-9));
    Buffer<double> velocity(device(), n);
    Buffer<float> global(device(), n);
    DevicePointer<double> moving = momentum != 0 ? velocity.data() : nullptr;
    const double seconds = measure(state, [&] {
        kernels::server_step(device(), 1.0, momentum, n, mean.data(), moving, global.data());
    });
    count_pass(state, n, moving ? 32 : 16, moving ? 20 : 12, seconds);
}

const Register all([] {
    add("add_update", add_update);
    add("sgd_step", sgd_step)->ArgName("momentum")->Arg(0)->Arg(90);
    add("aggregate_dense", aggregate_dense);
    add("mean_of_masks", mean_of_masks);
    add("mean_of_dense", mean_of_dense);
    add("server_step", server_step)->ArgName("momentum")->Arg(0)->Arg(90);
});

} // namespace
} // namespace fedmrn::bench
