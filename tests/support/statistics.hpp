// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Bounds of statistical tests. A test of something true passes with the stated confidence for a
/// seed drawn at random; every seed here is fixed, so a test that passed passes for ever.
namespace fedmrn::test {

/// Two-sided: a standard normal stays within it with probability 0.9999.
inline constexpr double z_9999 = 3.891;
/// Likewise 0.999999, for tests that look many times.
inline constexpr double z_999999 = 4.892;

/// A chi-square of `freedom` degrees stays below it with probability 0.9999 (Wilson and Hilferty,
/// 1931: its cube root is nearly normal; one-sided z = 3.719).
inline double chi_square_9999(double freedom) {
    const double a = 2.0 / (9.0 * freedom);
    return freedom * std::pow(1.0 - a + 3.719 * std::sqrt(a), 3);
}

/// Σ (observed − expected)² / expected.
inline double chi_square(std::span<const std::uint64_t> counts, double expected) {
    double sum = 0;
    for (const std::uint64_t count : counts) {
        const double d = static_cast<double>(count) - expected;
        sum += d * d / expected;
    }
    return sum;
}

/// The largest distance between the empirical distribution and `cumulative`, times √n: below 2.225
/// with probability 0.9999 (Kolmogorov: 2 · exp(−2 d²) = 10⁻⁴).
inline constexpr double kolmogorov_9999 = 2.225;
template <class Cumulative>
double kolmogorov_distance(std::vector<double> sample, const Cumulative& cumulative) {
    std::sort(sample.begin(), sample.end());
    const auto n = static_cast<double>(sample.size());
    double distance = 0;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const double c = cumulative(sample[i]);
        distance = std::max({distance, std::abs(c - static_cast<double>(i) / n),
                             std::abs(static_cast<double>(i + 1) / n - c)});
    }
    return distance * std::sqrt(n);
}

struct Moments {
    double mean = 0, variance = 0;
};
template <class T> Moments moments(std::span<const T> values) {
    Moments m;
    for (const T v : values) m.mean += static_cast<double>(v);
    m.mean /= static_cast<double>(values.size());
    for (const T v : values) m.variance += std::pow(static_cast<double>(v) - m.mean, 2);
    m.variance /= static_cast<double>(values.size());
    return m;
}

} // namespace fedmrn::test
