// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <benchmark/benchmark.h>

#include "bench/support/registry.hpp"
#include "engine/coder/mask.hpp"
#include "engine/coder/planes.hpp"
#include "kernels/formula/mask.hpp"
#include "kernels/formula/noise.hpp"
#include "kernels/random_tile.hpp"

// The entropy coder on one core, in bytes a second of what is coded: CNN4's 389,920 bits, as FedMRN
// sets them of updates of a twentieth to a quarter of the noise, and as many of TernGrad's codes.
// coder_noise is a floor: the random words alone, once.
namespace fedmrn {
namespace {

constexpr std::size_t elements = 389'920;
constexpr std::uint64_t seed = 7;

std::uint32_t word_of(std::size_t i, formula::Purpose purpose) {
    return formula::element_word(seed, i, 0, purpose);
}

std::vector<std::uint32_t> mask() {
    std::vector<std::uint32_t> words((elements + 31) / 32);
    for (std::size_t i = 0; i < elements; ++i) {
        const auto n = static_cast<float>(formula::noise_grid<formula::NoiseShape::uniform>(
            1, word_of(i, formula::purpose_noise)));
        const float size = 0x1p24f * (0.05f + 0.05f * static_cast<float>(i / 4096 % 5));
        const float update = word_of(i, formula::purpose_initial) % 2 == 0 ? size : -size;
        const bool bit =
            formula::mask_bit(formula::keep_probability<formula::MaskShape::binary>(update, n),
                              word_of(i, formula::purpose_final_mask), true);
        words[i / 32] |= std::uint32_t{bit} << i % 32;
    }
    return words;
}

std::vector<std::uint32_t> ternary() {
    std::vector<std::uint32_t> words(2 * ((elements + 31) / 32));
    for (std::size_t i = 0; i < elements; ++i) {
        const std::uint32_t word = word_of(i, formula::purpose_quantize);
        const std::uint32_t set = word % 8 == 0 ? 1 : 0;
        words[i / 32 * 2] |= (set & word >> 8) << i % 32;
        words[i / 32 * 2 + 1] |= set << i % 32;
    }
    return words;
}

template <class Work> void measure(benchmark::State& state, std::size_t bytes, const Work& work) {
    for (auto _ : state) work();
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
    state.SetItemsProcessed(static_cast<std::int64_t>(elements) * state.iterations());
}

void mask_encode(benchmark::State& state) {
    const auto words = mask();
    measure(state, 4 * words.size(), [&] {
        const auto coded = coder::code_mask(words, {elements, seed});
        benchmark::DoNotOptimize(coded.data());
    });
}

void mask_decode(benchmark::State& state) {
    auto words = mask();
    const auto coded = coder::code_mask(words, {elements, seed});
    state.counters["bits"] = 8.0 * static_cast<double>(coded.size()) / elements;
    measure(state, 4 * words.size(), [&] {
        std::span<const std::byte> rest(coded);
        benchmark::DoNotOptimize(coder::read_mask(rest, {elements, seed}, words));
    });
}

void planes_encode(benchmark::State& state) {
    const auto words = ternary();
    measure(state, 4 * words.size(), [&] {
        const auto coded = coder::code_planes(words, 2, elements);
        benchmark::DoNotOptimize(coded.data());
    });
}

void planes_decode(benchmark::State& state) {
    auto words = ternary();
    const auto coded = coder::code_planes(words, 2, elements);
    state.counters["bits"] = 8.0 * static_cast<double>(coded.size()) / elements;
    measure(state, 4 * words.size(), [&] {
        std::span<const std::byte> rest(coded);
        benchmark::DoNotOptimize(coder::read_planes(rest, 2, elements, words));
    });
}

void noise(benchmark::State& state) {
    std::uint64_t key = 0;
    std::array<std::uint32_t, formula::tile> words{};
    measure(state, elements / 8, [&] {
        ++key;
        for (std::size_t tile = 0; tile < elements / formula::tile; ++tile) {
            kernels::random_tile(key, tile, 0, formula::purpose_noise, words.data());
            benchmark::DoNotOptimize(words);
        }
    });
}

// The host's work on every device, and timed as such.
const bench::Register all([] {
    if (!bench::on_cpu()) {
        return;
    }
    benchmark::RegisterBenchmark("coder_mask_encode", mask_encode);
    benchmark::RegisterBenchmark("coder_mask_decode", mask_decode);
    benchmark::RegisterBenchmark("coder_ternary_encode", planes_encode);
    benchmark::RegisterBenchmark("coder_ternary_decode", planes_decode);
    benchmark::RegisterBenchmark("coder_noise", noise);
});

} // namespace
} // namespace fedmrn
