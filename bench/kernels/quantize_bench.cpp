// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/quantize.hpp"

#include <string>

#include "bench/support/counters.hpp"

// CNN4's 389,920 masked weights as one tensor, of clients. Arguments: levels (0: signs), clients.
namespace fedmrn::bench {
namespace {

constexpr float magnitude = 0.01f;

std::size_t masked() { return cnn4().layout.masked; }
unsigned levels_of(benchmark::State& state) {
    state.SetLabel(std::to_string(state.range(0)) + " levels");
    return static_cast<unsigned>(state.range(0));
}
std::size_t words(unsigned levels) { return (masked() + 31) / 32 * formula::code_bits(levels); }

void tensor_scales(benchmark::State& state) {
    const auto clients = static_cast<std::size_t>(state.range(0));
    const Buffer<float> update = random_array(clients * masked(), magnitude);
    Buffer<float> scales(device(), clients);
    std::vector<kernels::ScaleSource> sources;
    for (std::size_t k = 0; k < clients; ++k) {
        sources.push_back({update.data() + k * masked(), scales.data() + k});
    }
    const double seconds = measure_calls(state, [&] {
        kernels::tensor_scales(device(), formula::ScaleKind::norm, sources, masked(),
                               formula::whole_tensor);
    });
    const auto all = static_cast<double>(masked() * clients);
    count(state, {.bytes = 4 * all, .elements = all}, seconds);
}

void quantize(benchmark::State& state) {
    const unsigned levels = levels_of(state);
    const auto clients = static_cast<std::size_t>(state.range(1));
    const Buffer<float> update = random_array(clients * masked(), magnitude);
    const Buffer<float> scale(device(), std::vector<float>{magnitude});
    Buffer<std::uint32_t> packed(device(), clients * words(levels));
    std::vector<kernels::QuantizeSource> sources;
    for (std::size_t k = 0; k < clients; ++k) {
        sources.push_back(
            {k, update.data() + k * masked(), scale.data(), packed.data() + k * words(levels)});
    }
    const double seconds = measure_calls(state, [&] {
        kernels::quantize(device(), levels, 0, sources, masked(), formula::whole_tensor);
    });
    const auto all = static_cast<double>(masked() * clients);
    count(state, {.bytes = (4 + formula::code_bits(levels) / 8.0) * all, .elements = all}, seconds);
}

void aggregate_packed(benchmark::State& state) {
    const unsigned levels = levels_of(state);
    const auto count_of = static_cast<std::size_t>(state.range(1));
    const Buffer<std::uint32_t> packed(device(), count_of * words(levels));
    std::vector<kernels::PackedValues> clients;
    for (std::size_t k = 0; k < count_of; ++k) {
        clients.push_back({packed.data() + k * words(levels), magnitude, 600});
    }
    Buffer<formula::Wide> sum(device(), masked());
    const double seconds = measure_calls(state, [&] {
        kernels::aggregate_packed(device(), levels, clients, masked(), formula::whole_tensor,
                                  sum.data());
    });
    const auto n = static_cast<double>(masked()), all = n * static_cast<double>(count_of);
    count(state, {.bytes = 32 * n + formula::code_bits(levels) / 8.0 * all, .elements = all},
          seconds);
}

const Register all([] {
    const std::vector<std::int64_t> levels{0, 1, 127}, cohort{10};
    add("tensor_scales", tensor_scales)->ArgName("clients")->Arg(10);
    add("quantize", quantize)->ArgNames({"levels", "clients"})->ArgsProduct({levels, cohort});
    add("aggregate_packed", aggregate_packed)
        ->ArgNames({"levels", "clients"})
        ->ArgsProduct({levels, cohort});
});

} // namespace
} // namespace fedmrn::bench
