// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "golden_bits.hpp"
#include "golden_inputs.hpp"
#include "kernels/mask.hpp"

namespace fedmrn::test {
namespace {

using formula::MaskShape;
using formula::NoiseShape;
using kernels::MaskRule;

constexpr std::uint64_t seed = 0xF0E1D2C3B4A59687;
constexpr const char* noise_names[] = {"uniform", "gaussian", "bernoulli"};
constexpr const char* mask_names[] = {"binary", "signed"};

/// Updates around the magnitude of the noise, with the values that a diverging client has.
std::vector<float> updates(std::size_t count) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    constexpr float special[] = {0.0f,      -0.0f,  1e-42f, -1e-42f,
                                 infinity,  1e30f,  1e-9f,  std::numeric_limits<float>::quiet_NaN(),
                                 -infinity, -1e30f, 1e-8f,  0.01f};
    return with_special(input_values(count, 1, 0x1p-30f), special);
}

std::uint64_t noise_hash(Device& device, NoiseShape shape, double magnitude, std::size_t n) {
    Buffer<float> out(device, n);
    kernels::make_noise(device, formula::noise_rule(shape, magnitude), seed, n, out.data());
    return hash_of(out);
}

/// Lanes at several steps τ of S, each with its own seed, the third one idle; rows of the arrays
/// are three values longer than the vector.
std::uint64_t weights_hash(Device& device, const MaskRule& rule, std::size_t n) {
    struct Place {
        std::uint32_t step, steps;
    };
    constexpr Place places[] = {{0, 1}, {0, 10}, {0, 0}, {4, 10}, {9, 10}, {36, 1000}};
    const std::size_t lanes = std::size(places), stride = n + 3;
    std::vector<LaneState> states(lanes);
    for (std::size_t l = 0; l < lanes; ++l) {
        states[l] = {
            seed + l, 0, 64, places[l].step, places[l].steps, places[l].steps != 0 ? 1u : 0u};
    }
    const Buffer<LaneState> on_device(device, states);
    const Buffer<float> global(device, input_values(n, 2, 0x1p-26f));
    const Buffer<float> update(device, updates(lanes * stride));
    Buffer<float> weights(device, lanes * stride);
    const Buffer<formula::NoiseRule> noise(device, std::vector{rule.noise});
    kernels::mask_weights(device, rule, noise.data(), lanes, on_device.data(), n, global.data(),
                          {update.data(), stride}, {weights.data(), stride});
    return hash_of(weights);
}

std::uint64_t pack_hash(Device& device, const MaskRule& rule, std::size_t n) {
    const Buffer<float> update(device, updates(n));
    Buffer<std::uint32_t> words(device, (n + 31) / 32);
    kernels::pack_mask(device, rule, seed, n, update.data(), words.data());
    return hash_of(words);
}

std::uint64_t aggregate_hash(Device& device, const MaskRule& rule, std::size_t n) {
    constexpr std::uint64_t samples[] = {1, 600, (1ull << 37) + 12345};
    const std::size_t words = (n + 31) / 32;
    std::vector<std::uint32_t> bits(3 * words);
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = input_word(i, 3);
    const Buffer<std::uint32_t> packed(device, bits);
    std::vector<kernels::PackedMask> clients;
    for (std::size_t k = 0; k < 3; ++k) {
        clients.push_back({packed.data() + k * words, seed + k, samples[k]});
    }
    Buffer<std::int64_t> sum(device, n);
    kernels::aggregate_masks(device, rule, clients, n, sum.data());
    return hash_of(sum);
}

} // namespace

void add_mask_cases(std::vector<GoldenCase>& cases) {
    using Hash = std::uint64_t (*)(Device&, const MaskRule&, std::size_t);
    const auto add = [&](const std::string& name, Hash hash, const MaskRule& rule) {
        cases.push_back(
            {name, [=](Device& device, std::size_t n) { return hash(device, rule, n); }});
    };
    for (const NoiseShape shape :
         {NoiseShape::uniform, NoiseShape::gaussian, NoiseShape::bernoulli}) {
        const std::string noise = noise_names[static_cast<int>(shape)];
        cases.push_back({"make_noise " + noise, [=](Device& device, std::size_t n) {
                             return noise_hash(device, shape, 0.01, n);
                         }});
        cases.push_back({"make_noise tiny " + noise, [=](Device& device, std::size_t n) {
                             return noise_hash(device, shape, 1e-6, n);
                         }});
        for (const MaskShape mask : {MaskShape::binary, MaskShape::plusminus}) {
            const std::string both = std::string(mask_names[static_cast<int>(mask)]) + " " + noise;
            const MaskRule rule{mask, formula::noise_rule(shape, 0.01), true, true};
            add("mask_weights " + both, weights_hash, rule);
            add("pack_mask " + both, pack_hash, rule);
            add("aggregate_masks " + both, aggregate_hash, rule);
        }
    }
    for (const MaskShape mask : {MaskShape::binary, MaskShape::plusminus}) {
        const std::string name = mask_names[static_cast<int>(mask)];
        const formula::NoiseRule noise = formula::noise_rule(NoiseShape::uniform, 0.01);
        add("mask_weights not stochastic " + name, weights_hash, {mask, noise, false, true});
        add("mask_weights not progressive " + name, weights_hash, {mask, noise, true, false});
        add("pack_mask not stochastic " + name, pack_hash, {mask, noise, false, true});
    }
}

} // namespace fedmrn::test
