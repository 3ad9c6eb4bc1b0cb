// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "fedmrn/message.hpp"

namespace fedmrn::test {

/// The indices of the k largest magnitudes of the first n, ties from the lowest on, in order.
inline std::vector<std::size_t> largest_of(const std::vector<float>& values, std::size_t n,
                                           std::size_t k) {
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::abs(values[a]) > std::abs(values[b]);
    });
    order.resize(k);
    std::sort(order.begin(), order.end());
    return order;
}

/// t with P(|x| > t) = p for a standard normal x, by bisection.
inline double two_sided_quantile(double p) {
    double low = 0, high = 10;
    for (int i = 0; i < 100; ++i) {
        const double t = (low + high) / 2;
        (std::erfc(t / std::sqrt(2.0)) > p ? low : high) = t;
    }
    return low;
}

/// Words that the positions of a message's only sparse tensor take, calculated from the gaps as
/// docs/message.md tells: m low bits with m − 1 = ⌊log₂(77/160 · (d/k − 1/2))⌋.
inline std::size_t words_of_positions(const Message& message) {
    const TensorEntry& entry = message.tensors.front();
    const auto d = static_cast<double>(entry.elements), k = static_cast<double>(entry.ones);
    const double low = std::max(0.0, 1 + std::floor(std::log2(77.0 / 160 * (d / k - 0.5))));
    double bits = 0, gap = 0;
    for (std::size_t i = 0; i < entry.elements; ++i) {
        if ((message.mask[i / 32] >> i % 32 & 1) == 0) {
            ++gap;
        } else {
            bits += std::floor(gap / std::pow(2.0, low)) + 1 + low;
            gap = 0;
        }
    }
    return static_cast<std::size_t>(std::ceil(bits / 32));
}

/// Bytes of a message's table and what fills it up to a multiple of four.
inline std::size_t table_bytes(const Message& message) {
    const auto number = [](std::uint64_t value) {
        std::size_t bytes = 1;
        for (; value >= 128; value /= 128) ++bytes;
        return bytes;
    };
    std::size_t bytes = 0;
    for (const auto& [encoding, elements, ones] : message.tensors) {
        bytes += 1 + number(elements);
        if (encoding == Encoding::sparse) {
            bytes += number(ones) + number(words_of_positions(message));
        }
    }
    return (bytes + 3) / 4 * 4;
}

} // namespace fedmrn::test
