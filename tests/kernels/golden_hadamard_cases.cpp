// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <string>

#include "golden_bits.hpp"
#include "golden_inputs.hpp"
#include "kernels/hadamard.hpp"

namespace fedmrn::test {
namespace {

using formula::Estimate;

constexpr std::uint64_t seed = 0xF0E1D2C3B4A59687;

/// body(first, n) for the powers of two that make up `elements`, the largest first.
template <class Body> void for_slices(std::size_t elements, const Body& body) {
    for (std::size_t first = 0; first < elements;) {
        const std::size_t n = std::bit_floor(elements - first);
        body(first, n);
        first += n;
    }
}

std::vector<float> slice_values(std::size_t count) {
    constexpr float special[] = {0.0f, -0.0f, 1e-42f, 1e-12f, -3e-13f, 4194303.75f};
    return with_special(input_values(count, 1, 0x1p-23f), special);
}

std::uint64_t rotate_hash(Device& device, std::size_t elements) {
    const Buffer<float> values(device, slice_values(elements));
    Buffer<float> out(device, elements);
    for_slices(elements, [&](std::size_t first, std::size_t n) {
        const kernels::RotationSource one{seed, values.data() + first, out.data() + first};
        kernels::rotate(device, first, {&one, 1}, n);
    });
    return hash_of(out);
}

std::uint64_t centroids_hash(Device& device, unsigned bits, Estimate estimate,
                             std::size_t elements) {
    const Buffer<float> values(device, input_values(elements, 2, 0x1p-23f));
    Fnv fnv;
    for_slices(elements, [&](std::size_t first, std::size_t n) {
        Buffer<float> scale(device, 1);
        Buffer<std::uint32_t> words(device, (n + 31) / 32 * bits);
        const kernels::CentroidSource one{values.data() + first, scale.data(), words.data()};
        kernels::nearest_centroids(device, formula::codebook(bits), estimate, {&one, 1}, n);
        fnv.add(scale);
        fnv.add(words);
    });
    return fnv.value();
}

std::uint64_t rotate_back_hash(Device& device, unsigned bits, std::size_t elements) {
    Buffer<float> out(device, elements);
    for_slices(elements, [&](std::size_t first, std::size_t n) {
        std::vector<std::uint32_t> codes((n + 31) / 32 * bits);
        for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = input_word(first + i, 3);
        const Buffer<std::uint32_t> words(device, codes);
        const kernels::CodedSlice one{seed, words.data(), 0.1f, out.data() + first};
        kernels::rotate_back(device, formula::codebook(bits), first, {&one, 1}, n);
    });
    return hash_of(out);
}

} // namespace

void add_hadamard_cases(std::vector<GoldenCase>& cases) {
    const auto add = [&](const std::string& name, auto hash) { cases.push_back({name, hash}); };
    add("rotate", rotate_hash);
    add("nearest_centroids 1 bits, least error", [](Device& device, std::size_t n) {
        return centroids_hash(device, 1, Estimate::least_error, n);
    });
    for (const unsigned bits : {1u, 2u, 3u, 4u}) {
        const std::string name = std::to_string(bits) + " bits";
        add("nearest_centroids " + name, [=](Device& device, std::size_t n) {
            return centroids_hash(device, bits, Estimate::unbiased, n);
        });
        add("rotate_back " + name,
            [=](Device& device, std::size_t n) { return rotate_back_hash(device, bits, n); });
    }
}

} // namespace fedmrn::test
