// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "engine/base/text.hpp"
#include "engine/report/chart.hpp"
#include "engine/report/chart_axis.hpp"

namespace fedmrn {
namespace {

constexpr std::size_t rows = 12;
constexpr std::size_t margin = 9;                     ///< the values' axis and its labels
constexpr std::array colours{34, 33, 32, 35, 36, 31}; ///< as in the drawing: blue, orange, green, …

/// A grid of braille cells, 2 dots wide and 4 high.
class Canvas {
public:
    explicit Canvas(std::size_t columns)
        : columns_(columns), dots_(columns * rows), owner_(columns * rows) {}

    [[nodiscard]] std::size_t width() const { return 2 * columns_; }
    [[nodiscard]] static std::size_t height() { return 4 * rows; }

    void dot(std::size_t x, std::size_t y, std::size_t curve) {
        // Unicode's order of the dots: the lowest row came later.
        static constexpr unsigned bits[4][2] = {
            {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
        const std::size_t cell = y / 4 * columns_ + x / 2;
        dots_[cell] |= bits[y % 4][x % 2];
        owner_[cell] = curve;
    }
    [[nodiscard]] std::string row(std::size_t r, bool colour) const {
        std::string text;
        for (std::size_t c = 0; c < columns_; ++c) {
            const unsigned dots = dots_[r * columns_ + c];
            // U+2800 + dots, in UTF-8; a plain space where there is none
            std::string cell = " ";
            if (dots != 0)
                cell = {'\xe2', static_cast<char>(0xa0 + (dots >> 6)),
                        static_cast<char>(0x80 + (dots & 0x3f))};
            if (colour && dots != 0)
                cell = fmt::format("\x1b[{}m{}\x1b[0m",
                                   colours[owner_[r * columns_ + c] % colours.size()], cell);
            text += cell;
        }
        return text;
    }

private:
    std::size_t columns_;
    std::vector<unsigned> dots_;
    std::vector<std::size_t> owner_;
};

std::size_t grid(double share, std::size_t size) {
    const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(size - 1);
    return static_cast<std::size_t>(std::lround(at));
}

/// Without colours the second curve has every third dot left out, the third every other, and so on.
bool gap(std::size_t curve, std::size_t step) {
    return (curve % 3 == 1 && step % 6 >= 4) || (curve % 3 == 2 && step % 2 == 1);
}

void draw(Canvas& canvas, const Curve& curve, std::size_t number, const Axis& rounds,
          const Axis& values) {
    const auto place = [&](const Curve::Point& p) {
        return std::pair(grid(rounds.share(p.round), canvas.width()),
                         grid(1 - values.share(p.value), Canvas::height()));
    };
    std::size_t step = 0;
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
        const auto [x1, y1] = place(curve.points[i]);
        const auto [x0, y0] = i == 0 ? std::pair(x1, y1) : place(curve.points[i - 1]);
        const auto dx = static_cast<double>(x1) - static_cast<double>(x0);
        const auto dy = static_cast<double>(y1) - static_cast<double>(y0);
        const int steps = std::max(1, static_cast<int>(std::max(std::abs(dx), std::abs(dy))));
        for (int s = i == 0 ? steps : 1; s <= steps; ++s, ++step) {
            const double share = static_cast<double>(s) / steps;
            if (!gap(number, step) || s == steps)
                canvas.dot(
                    static_cast<std::size_t>(std::lround(static_cast<double>(x0) + share * dx)),
                    static_cast<std::size_t>(std::lround(static_cast<double>(y0) + share * dy)),
                    number);
        }
    }
}

std::string tick_row(const Axis& rounds, std::size_t columns) {
    std::string line(margin + columns + 8, ' ');
    for (const double t : rounds.ticks) {
        const std::string label = fmt::format("{:.0f}", t);
        const std::size_t at = margin + grid(rounds.share(t), columns);
        line.replace(at, label.size(), label);
    }
    return line.substr(0, line.find_last_not_of(' ') + 1);
}

} // namespace

std::string chart_text(std::span<const Curve> curves, const Terminal& terminal) {
    constexpr std::size_t label = 12; ///< " A 88.12 %" right of the grid
    const std::size_t columns = std::clamp<std::size_t>(terminal.columns, 40, 100) - margin - label;
    const Axis rounds = round_axis(curves, static_cast<int>(columns / 8));
    const Axis values = value_axis(curves, 5);
    Canvas canvas(columns);
    std::array<std::string, rows> axis_labels, end_labels;
    for (const double t : values.ticks)
        axis_labels[grid(1 - values.share(t), rows)] = tick_text(values, t);
    std::vector<double> ends;
    for (std::size_t i = curves.size(); i-- > 0;) draw(canvas, curves[i], i, rounds, values);
    for (const Curve& curve : curves)
        ends.push_back(curve.points.empty()
                           ? rows - 1
                           : (1 - values.share(curve.points.back().value)) * (rows - 1));
    ends = spread(std::move(ends), 1, 0, rows - 1);

    const auto paint = [&](std::size_t i, const std::string& text) {
        return terminal.colour ? fmt::format("\x1b[{}m{}\x1b[0m", colours[i % colours.size()], text)
                               : text;
    };
    const auto letter = [](std::size_t i) { return static_cast<char>('A' + i % 26); };
    std::string text;
    for (std::size_t i = 0; i < curves.size(); ++i) {
        if (curves[i].points.empty()) continue;
        const auto row =
            static_cast<std::size_t>(std::lround(std::clamp(ends[i], 0.0, rows - 1.0)));
        end_labels[row] =
            paint(i, fmt::format(" {} {}", letter(i),
                                 measured_text(values.unit, curves[i].points.back().value)));
    }
    for (std::size_t r = 0; r < rows; ++r)
        text += fmt::format("{:>{}} {}{}{}\n", axis_labels[r], margin - 2,
                            axis_labels[r].empty() ? "│" : "┤", canvas.row(r, terminal.colour),
                            end_labels[r]);
    text += std::string(margin - 1, ' ') + "└";
    for (std::size_t c = 0; c < columns; ++c) text += "─";
    text += "\n" + tick_row(rounds, columns) + "  round\n";
    for (std::size_t i = 0; i < curves.size(); ++i)
        text += fmt::format("{}{}\n", std::string(margin, ' '),
                            paint(i, fmt::format("{}  {}", letter(i), curves[i].name)));
    return text;
}

} // namespace fedmrn
