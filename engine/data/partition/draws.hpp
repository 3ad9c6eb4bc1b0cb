// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include "kernels/formula/key.hpp"

namespace fedmrn {

/// Random numbers of the partition, one after the other: word i is word i % 4 of the Philox block
/// with index i / 4. The partition is drawn once, in one thread, so that draw order is harmless
/// here; every independent part of it takes a step of its own.
class Draws {
public:
    Draws(std::uint64_t seed, std::uint32_t step) : seed_(seed), step_(step) {}

    std::uint32_t word() {
        if (next_ % 4 == 0) {
            block_ = formula::philox(seed_, next_ / 4, step_, formula::purpose_partition);
        }
        return block_.w[next_++ % 4];
    }

    /// Uniform in [0, n), n ≥ 1, without bias: D. Lemire, "Fast random integer generation in an
    /// interval", 2019.
    std::uint32_t below(std::uint32_t n) {
        std::uint64_t product = std::uint64_t{word()} * n;
        if (static_cast<std::uint32_t>(product) < n) {
            const std::uint32_t least = (0U - n) % n;
            while (static_cast<std::uint32_t>(product) < least) {
                product = std::uint64_t{word()} * n;
            }
        }
        return static_cast<std::uint32_t>(product >> 32);
    }

    /// An odd multiple of 2⁻⁵³, so never 0 and never 1.
    double uniform() {
        const std::uint64_t high = word();
        return (static_cast<double>(high << 20 | word() >> 12) + 0.5) * 0x1p-52;
    }

    /// Standard normal, by Marsaglia's polar method; the second number of the pair is dropped.
    double normal() {
        for (;;) {
            const double x = 2 * uniform() - 1, y = 2 * uniform() - 1, square = x * x + y * y;
            if (square < 1) return x * std::sqrt(-2 * std::log(square) / square);
        }
    }

    /// Fisher and Yates.
    void shuffle(std::span<std::uint32_t> values) {
        for (std::size_t i = values.size(); i > 1; --i) {
            std::swap(values[i - 1], values[below(static_cast<std::uint32_t>(i))]);
        }
    }

private:
    std::uint64_t seed_, next_ = 0;
    std::uint32_t step_;
    formula::Words block_{};
};

} // namespace fedmrn
