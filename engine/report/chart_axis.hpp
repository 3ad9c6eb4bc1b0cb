// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/report/chart.hpp"

namespace fedmrn {

/// A range of values with round tick marks inside it.
struct Axis {
    double low = 0, high = 1;
    std::vector<double> ticks;
    Unit unit = Unit::number; ///< of the values
    /// 0 at low, 1 at high.
    [[nodiscard]] double share(double value) const { return (value - low) / (high - low); }
};

/// Whole rounds from the first to the last, with at most about as many ticks as asked.
Axis round_axis(std::span<const Curve> curves, int ticks);

/// Decimal logarithms of the bytes, from the least positive to the most: ticks at powers of ten, or
/// also at 2 and 5 times one where the range is short.
Axis uplink_axis(std::span<const Curve> curves);

/// The curves' values, widened to round ticks; fractions within [0, 1].
Axis value_axis(std::span<const Curve> curves, int ticks);

/// "85 %" of a fraction, "0.85" of a number, with the decimals that the ticks need.
std::string tick_text(const Axis& axis, double tick);

/// Moves labels apart: positions in any order come back at least gap apart within [low, high], as
/// near to where they were as can be, their order kept.
std::vector<double> spread(std::vector<double> positions, double gap, double low, double high);

} // namespace fedmrn
