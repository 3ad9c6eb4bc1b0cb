// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace fedmrn {

/// A mean, the deviation of a sample (n − 1), and Student's 95 % interval of the mean; the last two
/// are nothing below two values.
struct Estimate {
    double mean = 0; ///< 0 of no values
    std::optional<double> deviation;
    std::optional<double> half_width; ///< the interval is mean ± it

    /// The interval's ends, of two values or more.
    [[nodiscard]] double low() const { return mean - half_width.value(); }
    [[nodiscard]] double high() const { return mean + half_width.value(); }

    /// Whether zero is outside of the interval, and there is one.
    [[nodiscard]] bool excludes_zero() const;
};

Estimate estimate_of(std::span<const double> values);

/// Student's t, two-sided 95 %; freedom ≥ 1.
double student_95(std::size_t freedom);

} // namespace fedmrn
