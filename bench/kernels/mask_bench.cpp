// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/mask.hpp"

#include <array>
#include <string>

#include "bench/support/counters.hpp"

// CNN4's 389,920 masked weights. Arguments: mask 0 binary, 1 signed; noise 0 uniform, 1 Gaussian,
// 2 Bernoulli.
namespace fedmrn::bench {
namespace {

using kernels::MaskRule;
constexpr float magnitude = 0.01f;

std::size_t masked() { return cnn4().layout.masked; }
std::size_t words() { return (masked() + 31) / 32; }

MaskRule rule_of(benchmark::State& state) {
    static constexpr std::array masks{"binary", "signed"};
    static constexpr std::array noises{"uniform", "gaussian", "bernoulli"};
    const auto mask = static_cast<std::size_t>(state.range(0));
    const auto noise = static_cast<std::size_t>(state.range(1));
    state.SetLabel(std::string(masks[mask]) + " " + noises[noise]);
    return {.mask = static_cast<formula::MaskShape>(mask),
            .noise = formula::noise_rule(static_cast<formula::NoiseShape>(noise), magnitude)};
}

/// The fused pass. The global state is the same for all lanes and counted once.
void mask_weights(benchmark::State& state) {
    const MaskRule rule = rule_of(state);
    const auto lanes = static_cast<std::size_t>(state.range(2));
    const Buffer<LaneState> states = busy_lanes(lanes);
    const Buffer<float> global = random_array(masked());
    const Buffer<float> update = random_array(lanes * masked(), magnitude);
    Buffer<float> weights(device(), lanes * masked());
    const Buffer<formula::NoiseRule> noise(device(), std::vector{rule.noise});
    const double seconds = measure(state, [&] {
        kernels::mask_weights(device(), rule, noise.data(), lanes, states.data(), masked(),
                              global.data(), {update.data(), masked()}, {weights.data(), masked()});
    });
    const auto n = static_cast<double>(masked()), all = n * static_cast<double>(lanes);
    count(state, {.bytes = 8 * all + 4 * n, .elements = all}, seconds);
}

/// The final masks of as many clients as there are lanes.
void pack_masks(benchmark::State& state) {
    const MaskRule rule = rule_of(state);
    const auto clients = static_cast<std::size_t>(state.range(2));
    const Buffer<float> update = random_array(clients * masked(), magnitude);
    Buffer<std::uint32_t> packed(device(), clients * words());
    std::vector<kernels::MaskSource> sources;
    for (std::size_t k = 0; k < clients; ++k) {
        sources.push_back({k, update.data() + k * masked(), packed.data() + k * words()});
    }
    const double seconds =
        measure_calls(state, [&] { kernels::pack_masks(device(), rule, sources, masked()); });
    const auto all = static_cast<double>(masked() * clients);
    count(state, {.bytes = (4 + 1.0 / 8) * all, .elements = all}, seconds);
}

/// A cohort's masks, in device memory; elements are clients × weights.
void aggregate_masks(benchmark::State& state) {
    const MaskRule rule = rule_of(state);
    const auto count_of = static_cast<std::size_t>(state.range(2));
    const Buffer<float> update = random_array(masked(), magnitude);
    Buffer<std::uint32_t> packed(device(), count_of * words());
    std::vector<kernels::PackedMask> clients;
    for (std::uint64_t client = 0; client < count_of; ++client) {
        DevicePointer<std::uint32_t> mine = packed.data() + client * words();
        kernels::pack_mask(device(), rule, client, masked(), update.data(), mine);
        clients.push_back({mine, client, 600});
    }
    Buffer<std::int64_t> sum(device(), masked());
    const double seconds = measure_calls(
        state, [&] { kernels::aggregate_masks(device(), rule, clients, masked(), sum.data()); });
    const auto n = static_cast<double>(masked()), all = n * static_cast<double>(count_of);
    count(state, {.bytes = 16 * n + all / 8, .elements = all}, seconds);
}

void make_noise(benchmark::State& state) {
    const auto shape = static_cast<formula::NoiseShape>(state.range(0));
    Buffer<float> noise(device(), masked());
    const double seconds = measure(state, [&] {
        kernels::make_noise(device(), formula::noise_rule(shape, magnitude), 7, masked(),
                            noise.data());
    });
    const auto n = static_cast<double>(masked());
    count(state, {.bytes = 4 * n, .elements = n}, seconds);
}

const Register all([] {
    const std::vector<std::int64_t> masks{0, 1}, noises{0, 1, 2};
    const std::vector<std::int64_t> cohorts =
        on_cpu() ? std::vector<std::int64_t>{10} : std::vector<std::int64_t>{10, 10000};
    const std::vector<std::string> by_lanes{"mask", "noise", "lanes"};
    const std::vector<std::string> by_clients{"mask", "noise", "clients"};
    add("mask_weights", mask_weights)
        ->ArgNames(by_lanes)
        ->ArgsProduct({masks, noises, lane_counts()});
    add("pack_masks", pack_masks)
        ->ArgNames(by_clients)
        ->ArgsProduct({masks, noises, lane_counts()});
    add("aggregate_masks", aggregate_masks)
        ->ArgNames(by_clients)
        ->ArgsProduct({masks, noises, cohorts});
    add("make_noise", make_noise)->ArgName("noise")->DenseRange(0, 2);
});

} // namespace
} // namespace fedmrn::bench
