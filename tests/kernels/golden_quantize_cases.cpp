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

using formula::whole_tensor;

std::size_t scales_of(std::size_t n, std::uint64_t bucket) {
    return bucket == whole_tensor ? 1 : (n + bucket - 1) / bucket;
}

std::uint64_t scale_hash(Device& device, ScaleKind kind, std::size_t n,
                         std::uint64_t bucket = whole_tensor) {
    const Buffer<float> values(device, input_values(n, 1, 0x1p-30f));
    Buffer<float> scale(device, scales_of(n, bucket));
    const kernels::ScaleSource one{values.data(), scale.data()};
    if (n != 0) kernels::tensor_scales(device, kind, {&one, 1}, n, bucket);
    return hash_of(scale);
}

/// Scales of a client, all different.
std::vector<float> some_scales(std::size_t count, float first) {
    std::vector<float> scales;
    for (std::size_t i = 0; i < count; ++i) {
        scales.push_back(first * static_cast<float>(i % 7 + 1));
    }
    return scales;
}

std::uint64_t quantize_hash(Device& device, unsigned levels, std::size_t n,
                            std::uint64_t bucket = whole_tensor) {
    const Buffer<float> values(device, input_values(n, 1, 0x1p-23f));
    const Buffer<float> scale(device, some_scales(scales_of(n, bucket), 0.75f));
    Buffer<std::uint32_t> words(device, (n + 31) / 32 * formula::code_bits(levels));
    const kernels::QuantizeSource one{seed, values.data(), scale.data(), words.data()};
    kernels::quantize(device, levels, 3, {&one, 1}, n, bucket);
    return hash_of(words);
}

std::uint64_t aggregate_hash(Device& device, unsigned levels, std::size_t n,
                             std::uint64_t bucket = whole_tensor) {
    constexpr std::uint64_t samples[] = {1, 600, (1ull << 37) + 12345};
    const std::size_t words = (n + 31) / 32 * formula::code_bits(levels);
    std::vector<std::uint32_t> bits(3 * words);
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = input_word(i, 3);
    const Buffer<std::uint32_t> packed(device, bits);
    const std::size_t each = scales_of(n, bucket);
    std::vector<float> scales;
    for (std::size_t k = 0; k < 3; ++k) {
        for (const float scale : some_scales(each, 0.1f * static_cast<float>(k + 1))) {
            scales.push_back(scale);
        }
    }
    const Buffer<float> own(device, scales);
    std::vector<kernels::PackedValues> clients;
    for (std::size_t k = 0; k < 3; ++k) {
        clients.push_back(
            {packed.data() + k * words, 0.1f * static_cast<float>(k + 1), samples[k]});
        if (bucket != whole_tensor) clients.back().scales = own.data() + k * each;
    }
    Buffer<formula::Wide> sum(device, n);
    kernels::aggregate_packed(device, levels, clients, n, bucket, sum.data());
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
    add("tensor_scales norm, buckets",
        [](Device& device, std::size_t n) { return scale_hash(device, ScaleKind::norm, n, 512); });
    add("quantize 127 levels, buckets",
        [](Device& device, std::size_t n) { return quantize_hash(device, 127, n, 512); });
    add("aggregate_packed 127 levels, buckets",
        [](Device& device, std::size_t n) { return aggregate_hash(device, 127, n, 512); });
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
