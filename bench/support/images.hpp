// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/support/setup.hpp"
#include "fedmrn/dataset.hpp"

namespace fedmrn::bench {

/// Grey images of 28 × 28 in 10 classes: a pattern of the class, and as much noise.
inline Split synthetic_images(std::uint64_t seed, std::size_t samples) {
    const std::size_t size = cnn4().input.size();
    Split split{.pixels = {}, .labels = {}, .mean = {0.5f}, .deviation = {0.2f}};
    for (std::size_t i = 0; i < samples; ++i) {
        const auto label = static_cast<std::uint16_t>(i % 10);
        split.labels.push_back(label);
        for (std::size_t p = 0; p < size; ++p) {
            const auto draw = [&](std::uint64_t key, std::uint64_t element) {
                return formula::element_word(key, element, 0, formula::purpose_synthetic) >> 25;
            };
            split.pixels.push_back(
                static_cast<std::uint8_t>(draw(0, label * size + p) + draw(seed, i * size + p)));
        }
    }
    return split;
}

} // namespace fedmrn::bench
