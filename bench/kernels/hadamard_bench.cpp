// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/hadamard.hpp"

#include "bench/support/counters.hpp"

// A slice of clients: rotated, as codes, and rotated back. Arguments: log₂ of its values (CNN4's
// largest is 18), bits a code, clients. Bytes are the floor: a value read once and written once; a
// transform of more than one pass moves it again, through a cache if it fits there. Operations are
// the additions and subtractions of log₂ n stages.
namespace fedmrn::bench {
namespace {

constexpr float magnitude = 0.01f;

std::size_t values_of(benchmark::State& state) { return std::size_t{1} << state.range(0); }
double stages(benchmark::State& state) { return static_cast<double>(state.range(0)); }

void rotate(benchmark::State& state) {
    const std::size_t n = values_of(state), clients = static_cast<std::size_t>(state.range(1));
    const Buffer<float> update = random_array(clients * n, magnitude);
    Buffer<float> rotated(device(), clients * n);
    std::vector<kernels::RotationSource> sources;
    for (std::size_t k = 0; k < clients; ++k) {
        sources.push_back({k, update.data() + k * n, rotated.data() + k * n});
    }
    const double seconds = measure_calls(state, [&] { kernels::rotate(device(), 0, sources, n); });
    const auto all = static_cast<double>(clients * n);
    count(state, {.bytes = 8 * all, .elements = all, .flops = stages(state) * all}, seconds);
}

void nearest_centroids(benchmark::State& state) {
    const std::size_t n = values_of(state), clients = static_cast<std::size_t>(state.range(2));
    const auto bits = static_cast<unsigned>(state.range(1));
    const std::size_t words = n / 32 * bits;
    const Buffer<float> rotated = random_array(clients * n, magnitude);
    Buffer<float> scales(device(), clients);
    Buffer<std::uint32_t> codes(device(), clients * words);
    std::vector<kernels::CentroidSource> sources;
    for (std::size_t k = 0; k < clients; ++k) {
        sources.push_back({rotated.data() + k * n, scales.data() + k, codes.data() + k * words});
    }
    const auto book = formula::codebook(bits);
    const double seconds = measure_calls(state, [&] {
        kernels::nearest_centroids(device(), book, formula::Estimate::unbiased, sources, n);
    });
    const auto all = static_cast<double>(clients * n);
    count(state, {.bytes = (8 + bits / 8.0) * all, .elements = all}, seconds); // two readings
}

void rotate_back(benchmark::State& state) {
    const std::size_t n = values_of(state), clients = static_cast<std::size_t>(state.range(2));
    const auto bits = static_cast<unsigned>(state.range(1));
    const std::size_t words = n / 32 * bits;
    const Buffer<std::uint32_t> codes(device(), clients * words);
    Buffer<float> values(device(), clients * n);
    std::vector<kernels::CodedSlice> coded;
    for (std::size_t k = 0; k < clients; ++k) {
        coded.push_back({k, codes.data() + k * words, magnitude, values.data() + k * n});
    }
    const auto book = formula::codebook(bits);
    const double seconds =
        measure_calls(state, [&] { kernels::rotate_back(device(), book, 0, coded, n); });
    const auto all = static_cast<double>(clients * n);
    count(state, {.bytes = (4 + bits / 8.0) * all, .elements = all, .flops = stages(state) * all},
          seconds);
}

const Register all([] {
    const std::vector<std::int64_t> sizes{12, 18}, bits{1, 4}, cohort{10};
    add("rotate", rotate)->ArgNames({"log2", "clients"})->ArgsProduct({sizes, cohort});
    add("nearest_centroids", nearest_centroids)
        ->ArgNames({"log2", "bits", "clients"})
        ->ArgsProduct({{18}, bits, cohort});
    add("rotate_back", rotate_back)
        ->ArgNames({"log2", "bits", "clients"})
        ->ArgsProduct({sizes, bits, cohort});
});

} // namespace
} // namespace fedmrn::bench
