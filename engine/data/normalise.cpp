// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/normalise.hpp"

#include <cmath>

namespace fedmrn {

void normalise_by_own_pixels(Images& split, std::uint32_t channels) {
    std::vector<std::uint64_t> sum(channels), squares(channels);
    std::uint32_t c = 0;
    for (const std::uint8_t byte : split.pixels) {
        sum[c] += byte;
        squares[c] += std::uint64_t{byte} * byte;
        c = c + 1 == channels ? 0 : c + 1;
    }
    const std::size_t pixels = split.pixels.size() / channels;
    const auto n = static_cast<double>(pixels);
    split.mean.clear();
    split.deviation.clear();
    for (c = 0; c < channels; ++c) {
        const double mean = static_cast<double>(sum[c]) / n;
        const double variance = static_cast<double>(squares[c]) / n - mean * mean;
        const double bytes = std::sqrt(variance > 0 ? variance : 0);
        split.mean.push_back(static_cast<float>(mean / 255));
        // The least true deviation of n bytes is near 1/√n; below it there is only rounding.
        split.deviation.push_back(bytes * bytes * n > 0.25 ? static_cast<float>(bytes / 255) : 1);
    }
}

} // namespace fedmrn
