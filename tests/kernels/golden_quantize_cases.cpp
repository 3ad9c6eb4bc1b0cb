// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "golden_bits.hpp"
#include "golden_inputs.hpp"
#include "kernels/quantize.hpp"

namespace fedmrn::test {
namespace {

using formula::ScaleKind;

constexpr std::uint64_t seed = 0xF0E1D2C3B4A59687;

std::uint64_t scale_hash(Device& device, ScaleKind kind, std::size_t n) {
    const Buffer<float> values(device, input_values(n, 1, 0x1p-30f));
    Buffer<float> scale(device, 1);
    const kernels::ScaleSource one{values.data(), scale.data()};
    if (n != 0) kernels::tensor_scales(device, kind, {&one, 1}, n);
    return hash_of(scale);
}

std::uint64_t quantize_hash(Device& device, unsigned levels, std::size_t n) {
    const Buffer<float> values(device, input_values(n, 1, 0x1p-23f));
    const Buffer<float> scale(device, std::vector<float>{0.75f});
    Buffer<std::uint32_t> words(device, (n + 31) / 32 * formula::code_bits(levels));
    const kernels::QuantizeSource one{seed, values.data(), scale.data(), words.data()};
    kernels::quantize(device, levels, 3, {&one, 1}, n);
    return hash_of(words);
}

std::uint64_t aggregate_hash(Device& device, unsigned levels, std::size_t n) {
    constexpr std::uint64_t samples[] = {1, 600, (1ull << 37) + 12345};
    const std::size_t words = (n + 31) / 32 * formula::code_bits(levels);
    std::vector<std::uint32_t> bits(3 * words);
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = input_word(i, 3);
    const Buffer<std::uint32_t> packed(device, bits);
    std::vector<kernels::PackedValues> clients;
    for (std::size_t k = 0; k < 3; ++k) {
        clients.push_back(
            {packed.data() + k * words, 0.1f * static_cast<float>(k + 1), samples[k]});
    }
    Buffer<formula::Wide> sum(device, n);
    kernels::aggregate_packed(device, levels, clients, n, sum.data());
    return hash_of(sum);
}

std::uint64_t vote_hash(Device& device, std::size_t n) {
    std::vector<double> means;
    for (const float value : input_values(n, 1, 0x1p-30f))
        means.push_back(static_cast<double>(value));
    Buffer<double> mean(device, means);
    kernels::vote(device, n, 0.001, true, mean.data());
    return hash_of(mean);
}

} // namespace

void add_quantize_cases(std::vector<GoldenCase>& cases) {
    const auto add = [&](const std::string& name, auto hash) { cases.push_back({name, hash}); };
    add("tensor_scales mean magnitude", [](Device& device, std::size_t n) {
        return scale_hash(device, ScaleKind::mean_magnitude, n);
    });
    add("tensor_scales norm",
        [](Device& device, std::size_t n) { return scale_hash(device, ScaleKind::norm, n); });
    add("tensor_scales clipped", [](Device& device, std::size_t n) {
        return scale_hash(device, ScaleKind::clipped_largest, n);
    });
    for (const unsigned levels : {0u, 1u, 5u, 127u, 32767u}) {
        const std::string name = std::to_string(levels) + " levels";
        add("quantize " + name,
            [=](Device& device, std::size_t n) { return quantize_hash(device, levels, n); });
        add("aggregate_packed " + name,
            [=](Device& device, std::size_t n) { return aggregate_hash(device, levels, n); });
    }
    add("vote", vote_hash);
}

} // namespace fedmrn::test
