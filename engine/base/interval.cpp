// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/interval.hpp"

#include <cmath>
#include <numbers>

namespace fedmrn {
namespace {

/// P(|T| ≤ t) in closed form: Abramowitz and Stegun, 26.7.3 and 26.7.4.
double within(double t, std::size_t freedom) {
    const double angle = std::atan(t / std::sqrt(static_cast<double>(freedom)));
    const double square = std::cos(angle) * std::cos(angle);
    const bool odd = freedom % 2 != 0;
    double term = odd ? std::cos(angle) : 1.0, sum = freedom == 1 ? 0.0 : term;
    for (std::size_t i = odd ? 3 : 2; i < freedom; i += 2) {
        term *= square * static_cast<double>(i - 1) / static_cast<double>(i);
        sum += term;
    }
    sum *= std::sin(angle);
    return odd ? 2 / std::numbers::pi * (angle + sum) : sum;
}

} // namespace

bool Estimate::excludes_zero() const { return half_width && std::fabs(mean) > *half_width; }

double student_95(std::size_t freedom) {
    double low = 1.9, high = 13; // t falls from 12.71 to 1.96
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (within(middle, freedom) < 0.95 ? low : high) = middle;
    }
    return (low + high) / 2;
}

Estimate estimate_of(std::span<const double> values) {
    Estimate estimate;
    if (values.empty()) return estimate;
    const auto n = static_cast<double>(values.size());
    for (const double value : values) estimate.mean += value / n;
    if (values.size() < 2) return estimate;
    double squares = 0;
    for (const double value : values) squares += (value - estimate.mean) * (value - estimate.mean);
    estimate.deviation = std::sqrt(squares / (n - 1));
    estimate.half_width = student_95(values.size() - 1) * *estimate.deviation / std::sqrt(n);
    return estimate;
}

} // namespace fedmrn
