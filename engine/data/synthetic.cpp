// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/synthetic.hpp"

#include <cstdlib>

#include "fedmrn/images.hpp"
#include "kernels/formula/key.hpp"

namespace fedmrn {
namespace {

constexpr std::uint32_t features = 10;
constexpr int threshold = 586;

/// One Philox block a sample: feature j is byte j of its 16, the lowest first.
std::uint8_t feature(const formula::Words& block, std::uint32_t j) {
    return static_cast<std::uint8_t>(block.w[j / 4] >> (8 * (j % 4)));
}

std::uint16_t teacher(const std::uint8_t* bytes) {
    const auto centred = [&](std::uint32_t j) { return 2 * int{bytes[j]} - 255; };
    int rest = 0;
    for (std::uint32_t j = 3; j < features; ++j) {
        rest += centred(j);
    }
    return 3 * std::abs(centred(0) + centred(1) + centred(2)) + rest > threshold ? 1 : 0;
}

Images make_split(std::uint64_t seed, std::uint32_t which, std::uint32_t samples) {
    Images split;
    // A uniform byte / 255: mean 1/2, deviation √((256² − 1) / 12) / 255.
    split.mean.assign(features, 0.5F);
    split.deviation.assign(features, 0.28980F);
    split.pixels.reserve(std::size_t{samples} * features);
    for (std::uint32_t i = 0; i < samples; ++i) {
        const formula::Words block = formula::philox(seed, i, which, formula::purpose_synthetic);
        for (std::uint32_t j = 0; j < features; ++j) {
            split.pixels.push_back(feature(block, j));
        }
        split.labels.push_back(teacher(split.pixels.data() + std::size_t{i} * features));
    }
    return split;
}

} // namespace

Dataset make_synthetic(std::uint64_t seed, std::uint32_t samples) {
    return image_dataset("synthetic", {1, 1, features}, 2, make_split(seed, 0, samples),
                         make_split(seed, 1, 500));
}

} // namespace fedmrn
