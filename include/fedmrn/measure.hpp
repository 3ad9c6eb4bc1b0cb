// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#pragma GCC visibility push(default)
namespace fedmrn {

/// Whether more of it is better, or less.
enum class Better : unsigned char { higher, lower };

/// How it is written: 0.875 as "87.50 %", or as the number that it is.
enum class Unit : unsigned char { fraction, number };

/// What there is to know of a number that a run is judged by: its name in files, charts and tables,
/// and how it is read.
struct Measure {
    std::string name = "accuracy";
    Better better = Better::higher;
    Unit unit = Unit::fraction;

    /// Whether a value is better than another.
    [[nodiscard]] bool prefers(double value, double other) const {
        return better == Better::higher ? value > other : value < other;
    }
    bool operator==(const Measure&) const = default;
};

/// A loss as a measure: a number, the lower the better.
inline Measure loss_measure() { return {"loss", Better::lower, Unit::number}; }

} // namespace fedmrn
#pragma GCC visibility pop
