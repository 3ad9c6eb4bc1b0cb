// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/chart_axis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/core.h>

namespace fedmrn {
namespace {

/// 1, 2 or 5 times a power of ten: the least such step that needs at most so many ticks.
double round_step(double range, int ticks) {
    const double raw = range / std::max(1, ticks);
    double power = std::pow(10.0, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0, 10.0})
        if (factor * power >= raw * (1 - 1e-9)) return factor * power;
    return 10 * power;
}

/// Multiples of step from low to high. Counted, not added up: no drift.
std::vector<double> multiples(double low, double high, double step) {
    std::vector<double> ticks;
    const auto first = static_cast<long>(std::ceil(low / step - 1e-6));
    const auto last = static_cast<long>(std::floor(high / step + 1e-6));
    for (long i = first; i <= last; ++i) ticks.push_back(static_cast<double>(i) * step);
    return ticks;
}

/// A flat line is no cliff: a hundredth each way, of a number a hundredth of itself.
double least_margin(Unit unit, double value) {
    return unit == Unit::fraction ? 0.01 : std::max(0.01 * std::abs(value), 1e-9);
}

} // namespace

const Curve::Point& Curve::best() const {
    return *std::max_element(points.begin(), points.end(), [&](const Point& a, const Point& b) {
        return measure.prefers(b.value, a.value);
    });
}

Curve curve_of(std::string name, const Measure& measure, std::span<const RoundMetrics> rounds) {
    Curve curve{std::move(name), {}, measure};
    double bytes = 0;
    for (const RoundMetrics& round : rounds) {
        bytes += static_cast<double>(round.uplink_bytes);
        if (const auto value = round.value(measure.name))
            curve.points.push_back({round.round, *value, bytes});
    }
    return curve;
}

Axis round_axis(std::span<const Curve> curves, int ticks) {
    double low = 1, high = 1;
    bool any = false;
    for (const Curve& curve : curves)
        for (const auto& point : curve.points) {
            low = any ? std::min(low, 1.0 * point.round) : point.round;
            high = any ? std::max(high, 1.0 * point.round) : point.round;
            any = true;
        }
    if (high <= low) return {low - 0.5, low + 0.5, {low}};
    Axis axis{low, high, {}};
    axis.ticks = multiples(low, high, std::max(1.0, round_step(high - low, ticks)));
    // The ends are the rounds one looks for; a tick too near to one would run into its label.
    const double near = (high - low) / (2.2 * std::max(1, ticks));
    std::erase_if(axis.ticks, [&](double t) { return t - low < near || high - t < near; });
    axis.ticks.insert(axis.ticks.begin(), low);
    axis.ticks.push_back(high);
    return axis;
}

Axis uplink_axis(std::span<const Curve> curves) {
    double least = 0, most = 0; // 0: none yet
    for (const Curve& curve : curves)
        for (const auto& point : curve.points) {
            if (point.uplink_bytes <= 0) continue;
            least = least > 0 ? std::min(least, point.uplink_bytes) : point.uplink_bytes;
            most = std::max(most, point.uplink_bytes);
        }
    if (most <= 0) return {0, 1, {}};
    Axis axis{std::log10(least), std::log10(most), {}};
    if (axis.high - axis.low < 0.1) // one point, or as good as one
        axis.low -= 0.5, axis.high += 0.5;
    const bool fine = axis.high - axis.low < 3.5;
    const auto last = static_cast<int>(std::floor(axis.high));
    for (int power = static_cast<int>(std::floor(axis.low)); power <= last; ++power)
        for (const double factor : {1.0, 2.0, 5.0}) {
            const double tick = power + std::log10(factor);
            if ((fine || factor == 1.0) && tick >= axis.low - 1e-9 && tick <= axis.high + 1e-9)
                axis.ticks.push_back(tick);
        }
    return axis;
}

Axis value_axis(std::span<const Curve> curves, int ticks) {
    const Unit unit = curves.empty() ? Unit::fraction : curves.front().measure.unit;
    // Where an axis of this unit ends.
    const double least = unit == Unit::fraction ? 0 : std::numeric_limits<double>::lowest();
    const double most = unit == Unit::fraction ? 1 : std::numeric_limits<double>::max();
    double low = most, high = least;
    for (const Curve& curve : curves)
        for (const auto& point : curve.points) {
            low = std::min(low, std::clamp(point.value, least, most));
            high = std::max(high, std::clamp(point.value, least, most));
        }
    if (low > high) low = 0, high = 1;
    if (const double margin = least_margin(unit, high); high - low < 2 * margin) {
        low = std::max(least, low - margin);
        high = std::min(most, high + margin);
    }
    const double step = round_step(high - low, ticks);
    Axis axis;
    axis.low = std::max(least, std::floor(low / step + 1e-9) * step);
    axis.high = std::min(most, std::ceil(high / step - 1e-9) * step);
    axis.ticks = multiples(axis.low, axis.high, step);
    axis.unit = unit;
    return axis;
}

std::string tick_text(const Axis& axis, double tick) {
    const double step = axis.ticks.size() > 1 ? axis.ticks[1] - axis.ticks[0] : 1;
    if (axis.unit == Unit::fraction)
        return fmt::format("{:.{}f} %", 100 * tick, step < 0.0099 ? 1 : 0);
    // As many decimals as the step has.
    const double decimals = std::ceil(-std::log10(step) - 1e-9);
    return std::abs(tick) >= 1e5 || decimals > 6
               ? fmt::format("{:.3g}", tick)
               : fmt::format("{:.{}f}", tick, static_cast<int>(std::max(decimals, 0.0)));
}

std::vector<double> spread(std::vector<double> positions, double gap, double low, double high) {
    std::vector<std::size_t> order(positions.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return positions[a] < positions[b]; });
    double next = low;
    for (const std::size_t i : order) {
        positions[i] = std::max(positions[i], next);
        next = positions[i] + gap;
    }
    next = high;
    std::reverse(order.begin(), order.end());
    for (const std::size_t i : order) {
        positions[i] = std::min(positions[i], next);
        next = positions[i] - gap;
    }
    return positions;
}

} // namespace fedmrn
