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

void rules(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"mask", "noise"})
        ->ArgsProduct({{0, 1}, {0, 1, 2}})
        ->Unit(benchmark::kMicrosecond);
}

void mask_weights(benchmark::State& state) {
    const MaskRule rule = rule_of(state);
    const Buffer<LaneState> lane = one_lane();
    const Buffer<float> global = random_array(masked()), update = random_array(masked(), magnitude);
    Buffer<float> weights(device(), masked());
    const double seconds = measure(state, [&] {
        kernels::mask_weights(device(), rule, 1, lane.data(), masked(), global.data(),
                              {update.data(), 0}, {weights.data(), 0});
    });
    const auto n = static_cast<double>(masked());
    count(state, {.bytes = 12 * n, .elements = n}, seconds);
}
BENCHMARK(mask_weights)->Apply(rules);

void pack_mask(benchmark::State& state) {
    const MaskRule rule = rule_of(state);
    const Buffer<float> update = random_array(masked(), magnitude);
    Buffer<std::uint32_t> packed(device(), words());
    const double seconds = measure(state, [&] {
        kernels::pack_mask(device(), rule, 7, masked(), update.data(), packed.data());
    });
    const auto n = static_cast<double>(masked());
    count(state, {.bytes = (4 + 1.0 / 8) * n, .elements = n}, seconds);
}
BENCHMARK(pack_mask)->Apply(rules);

/// Ten clients; elements are clients × weights.
void aggregate_masks(benchmark::State& state) {
    const MaskRule rule = rule_of(state);
    const Buffer<float> update = random_array(masked(), magnitude);
    Buffer<std::uint32_t> packed(device(), 10 * words());
    std::vector<kernels::PackedMask> clients;
    for (std::uint64_t client = 0; client < 10; ++client) {
        std::uint32_t* mine = packed.data() + client * words();
        kernels::pack_mask(device(), rule, client, masked(), update.data(), mine);
        clients.push_back({mine, client, 600});
    }
    Buffer<std::int64_t> sum(device(), masked());
    const double seconds = measure(
        state, [&] { kernels::aggregate_masks(device(), rule, clients, masked(), sum.data()); });
    const auto n = static_cast<double>(masked());
    count(state, {.bytes = (16 + 10.0 / 8) * n, .elements = 10 * n}, seconds);
}
BENCHMARK(aggregate_masks)->Apply(rules);

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
BENCHMARK(make_noise)->ArgName("noise")->DenseRange(0, 2)->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace fedmrn::bench
