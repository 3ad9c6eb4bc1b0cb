// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/support/setup.hpp"
#include "fedmrn/images.hpp"

namespace fedmrn::bench {

/// Images: a pattern of the class, and as much noise. The shape of Fashion-MNIST unless told.
inline Images synthetic_images(std::uint64_t seed, std::size_t samples,
                               ImageShape shape = {28, 28, 1}) {
    constexpr std::size_t classes = 10;
    const std::size_t size = shape.size();
    const auto draw = [](std::uint64_t key, std::uint64_t element) {
        return formula::element_word(key, element, 0, formula::purpose_synthetic) >> 25;
    };
    std::vector<std::uint32_t> patterns;
    for (std::size_t p = 0; p < classes * size; ++p) {
        patterns.push_back(draw(0, p));
    }
    Images split{.pixels = {},
                 .labels = {},
                 .mean = std::vector<float>(shape.channels, 0.5f),
                 .deviation = std::vector<float>(shape.channels, 0.2f)};
    split.pixels.reserve(samples * size);
    for (std::size_t i = 0; i < samples; ++i) {
        const std::size_t label = i % classes;
        split.labels.push_back(static_cast<std::uint16_t>(label));
        for (std::size_t p = 0; p < size; ++p) {
            split.pixels.push_back(
                static_cast<std::uint8_t>(patterns[label * size + p] + draw(seed, i * size + p)));
        }
    }
    return split;
}

inline Dataset synthetic_dataset(std::size_t train, std::size_t test,
                                 ImageShape shape = {28, 28, 1}) {
    return image_dataset("bench", shape, 10, synthetic_images(1, train, shape),
                         synthetic_images(2, test, shape));
}

} // namespace fedmrn::bench
