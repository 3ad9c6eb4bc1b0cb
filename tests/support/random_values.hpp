// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace fedmrn::test {

/// Values for tests, from the standard's mt19937_64 and no distribution of the standard library, so
/// that every library gives the same ones.
class RandomValues {
public:
    explicit RandomValues(std::uint64_t seed) : generator_(seed) {}

    std::uint64_t word() { return generator_(); }
    std::uint64_t below(std::uint64_t end) { return generator_() % end; }
    /// Uniform in (0, 1), a multiple of 2⁻⁵³.
    double unit() { return (static_cast<double>(generator_() >> 11) + 0.5) * 0x1p-53; }
    /// Uniform in (−scale, scale).
    float value(double scale = 1.0) { return static_cast<float>(scale * (2.0 * unit() - 1.0)); }

    std::vector<float> values(std::size_t count, double scale = 1.0) {
        std::vector<float> values(count);
        for (float& v : values) v = value(scale);
        return values;
    }
    std::vector<std::uint16_t> labels(std::size_t count, std::size_t classes) {
        std::vector<std::uint16_t> labels(count);
        for (std::uint16_t& l : labels) l = static_cast<std::uint16_t>(below(classes));
        return labels;
    }

private:
    std::mt19937_64 generator_;
};

} // namespace fedmrn::test
