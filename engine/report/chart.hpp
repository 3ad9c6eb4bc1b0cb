// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/terminal.hpp"
#include "fedmrn/metrics.hpp"

namespace fedmrn {

/// One run's metric against rounds, and against what its clients had sent by then.
struct Curve {
    struct Point {
        std::uint32_t round = 0;
        double value = 0;
        double uplink_bytes = 0; ///< of all rounds so far
    };
    std::string name;
    std::vector<Point> points; ///< rounds ascending
    Measure measure;

    [[nodiscard]] const Point& best() const; ///< of a curve with points; the first of equals
};

/// The evaluated rounds.
Curve curve_of(std::string name, const Measure& measure, std::span<const RoundMetrics> rounds);

/// What stands on the horizontal axis; bytes on a logarithmic one, where points without any are
/// left out.
enum class Against { rounds, uplink };

/// A drawing of curves of one measure that stands alone: no script, no font of its own, readable
/// without colours.
std::string chart_svg(std::span<const Curve> all, const std::string& title,
                      Against against = Against::rounds);

/// The same in braille dots, 2 × 4 a character, at most terminal.columns wide.
std::string chart_text(std::span<const Curve> curves, const Terminal& terminal);

} // namespace fedmrn
