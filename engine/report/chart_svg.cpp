// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "engine/base/text.hpp"
#include "engine/report/chart.hpp"
#include "engine/report/chart_axis.hpp"

namespace fedmrn {
namespace {

// All lengths are user units of a drawing of this size.
constexpr double width = 960, least_height = 540;
constexpr double left = 92, right = 824, below = 78; ///< the axis; under it: numbers and name
constexpr double legend_line = 24, legend_space = 72;
constexpr double least_plot = 300; ///< height of the axis that a long legend leaves

/// Colours of even contrast on white (Okabe and Ito's set, darkened); dashes and marks tell curves
/// apart where there is no colour.
struct Style {
    const char *colour, *dash;
    int mark; ///< 0 circle, 1 square, 2 triangle, 3 diamond
};
constexpr std::array<Style, 6> styles{{{"#0b5fa5", "", 0},
                                       {"#c4500a", "9 5", 1},
                                       {"#00785a", "2.5 4", 2},
                                       {"#9a3a80", "12 4 2.5 4", 3},
                                       {"#444444", "5 3", 0},
                                       {"#8a6d00", "1.5 3", 1}}};

/// Of the i-th curve. From the seventh on a colour comes back with another dash and mark.
Style style_of(std::size_t i) {
    const std::size_t turn = i / styles.size();
    Style style = styles[i % styles.size()];
    style.dash = styles[(i + turn) % styles.size()].dash;
    style.mark = (style.mark + static_cast<int>(turn)) % 4;
    return style;
}

/// One SVG being written.
class Drawing {
public:
    Drawing(std::span<const Curve> curves, const std::string& title, Against against);
    std::string text() { return out_ + "</svg>\n"; }

private:
    template <typename... Args> void add(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    }
    [[nodiscard]] double x(double value) const {
        return left + axis_.share(value) * (right - left);
    }
    [[nodiscard]] double x(const Curve::Point& point) const {
        return x(against_ == Against::rounds ? point.round : std::log10(point.uplink_bytes));
    }
    [[nodiscard]] double y(double value) const {
        return bottom_ - values_.share(value) * (bottom_ - top_);
    }
    [[nodiscard]] std::string text_of(double value) const {
        return measured_text(measure_.unit, value);
    }
    void axes();
    void curve(const Curve& curve, const Style& style);
    void mark(const Style& style, double cx, double cy, double r, bool hollow);
    void legend(const Curve& curve, const Style& style, double at);
    void final_labels(std::span<const Curve> curves);

    std::string out_;
    Against against_;
    Axis axis_, values_;
    Measure measure_;
    double top_, bottom_;
};

Drawing::Drawing(std::span<const Curve> curves, const std::string& title, Against against)
    : against_(against),
      axis_(against == Against::rounds ? round_axis(curves, 10) : uplink_axis(curves)),
      values_(value_axis(curves, 6)), measure_(curves.empty() ? Measure{} : curves.front().measure),
      top_(legend_space + legend_line * static_cast<double>(curves.size())),
      bottom_(std::max(least_height - below, top_ + least_plot)) {
    const double height = bottom_ + below;
    add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
        "height=\"{1}\" "
        "font-family=\"'DejaVu Sans', 'Segoe UI', Helvetica, Arial, sans-serif\" font-size=\"14\" "
        "fill=\"#333\" role=\"img\">\n",
        width, height);
    add("<title>{}</title>\n<rect width=\"{}\" height=\"{}\" fill=\"#fff\"/>\n", xml_text(title),
        width, height);
    add("<text x=\"{}\" y=\"40\" font-size=\"20\" font-weight=\"bold\" fill=\"#111\">{}</text>\n",
        left, xml_text(title));
    for (std::size_t i = 0; i < curves.size(); ++i)
        legend(curves[i], style_of(i), 66 + legend_line * static_cast<double>(i));
    axes();
    // The first curve is what one came for: it lies on top.
    for (std::size_t i = curves.size(); i-- > 0;) curve(curves[i], style_of(i));
    final_labels(curves);
}

void Drawing::axes() {
    add("<g stroke=\"#e4e4e4\">\n");
    for (const double t : values_.ticks)
        add("<path d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n", left, y(t), right);
    for (const double t : axis_.ticks)
        add("<path d=\"M{:.1f} {:.1f}V{:.1f}\" stroke=\"#f2f2f2\"/>\n", x(t), top_, bottom_);
    add("</g>\n<path d=\"M{0} {1:.1f}V{2}H{3}\" fill=\"none\" stroke=\"#666\"/>\n", left, top_,
        bottom_, right);
    add("<g text-anchor=\"end\">\n");
    for (const double t : values_.ticks)
        add("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", left - 10, y(t) + 5,
            tick_text(values_, t));
    add("</g>\n<g text-anchor=\"middle\">\n");
    for (const double t : axis_.ticks) {
        add("<path d=\"M{:.1f} {}v5\" stroke=\"#666\"/>", x(t), bottom_);
        add("<text x=\"{:.1f}\" y=\"{}\">{}</text>\n", x(t), bottom_ + 22,
            against_ == Against::rounds ? fmt::format("{:.0f}", t)
                                        : fmt::format("{:.6g}", std::pow(10.0, t - 6)));
    }
    add("<text x=\"{}\" y=\"{}\">{}</text>\n", (left + right) / 2, bottom_ + 50,
        against_ == Against::rounds ? "round" : "uplink of all clients, MB");
    add("<text transform=\"translate(20 {:.1f}) rotate(-90)\">test {}</text>\n</g>\n",
        (top_ + bottom_) / 2, xml_text(measure_.name));
}

void Drawing::mark(const Style& style, double cx, double cy, double r, bool hollow) {
    const char* fill = hollow ? "#fff" : style.colour;
    const char* line = hollow ? style.colour : "#fff";
    const double edge = hollow ? 2 : 1;
    const auto shape = [&](std::string d) {
        add("<path d=\"{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"{}\"/>", d, fill, line, edge);
    };
    if (style.mark == 0)
        add("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{}\" fill=\"{}\" stroke=\"{}\" "
            "stroke-width=\"{}\"/>",
            cx, cy, r, fill, line, edge);
    if (style.mark == 1)
        shape(fmt::format("M{:.2f} {:.2f}h{}v{}h-{}z", cx - r, cy - r, 2 * r, 2 * r, 2 * r));
    if (style.mark == 2)
        shape(
            fmt::format("M{:.2f} {:.2f}l{} {}h-{}z", cx, cy - 1.25 * r, 1.2 * r, 2.1 * r, 2.4 * r));
    if (style.mark == 3)
        shape(fmt::format("M{:.2f} {:.2f}l{} {}l-{} {}l-{} -{}z", cx, cy - 1.35 * r, 1.35 * r,
                          1.35 * r, 1.35 * r, 1.35 * r, 1.35 * r, 1.35 * r));
}

void Drawing::curve(const Curve& curve, const Style& style) {
    if (curve.points.empty()) return;
    add("<g>\n<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2.5\" stroke-linejoin=\"round\" "
        "stroke-dasharray=\"{}\" points=\"",
        style.colour, *style.dash == '\0' ? "none" : style.dash);
    for (const auto& p : curve.points) add("{:.2f},{:.2f} ", x(p), y(p.value));
    add("\"/>\n");
    // Marks on at most 25 points, the last among them: more would hide the line.
    const std::size_t count = curve.points.size(), every = (count + 24) / 25;
    for (std::size_t i = (count - 1) % every; i < count; i += every)
        mark(style, x(curve.points[i]), y(curve.points[i].value), 4, false);
    mark(style, x(curve.best()), y(curve.best().value), 6, true);
    add("\n</g>\n");
}

void Drawing::legend(const Curve& curve, const Style& style, double at) {
    add("<path d=\"M{} {}h44\" stroke=\"{}\" stroke-width=\"2.5\" stroke-dasharray=\"{}\"/>", left,
        at, style.colour, *style.dash == '\0' ? "none" : style.dash);
    mark(style, left + 22, at, 4, false);
    add("<text x=\"{}\" y=\"{}\"><tspan fill=\"#111\" font-weight=\"bold\">{}</tspan>", left + 56,
        at + 5, xml_text(curve.name));
    if (!curve.points.empty())
        add("<tspan dx=\"12\">final {}, best {} at round {}</tspan>",
            text_of(curve.points.back().value), text_of(curve.best().value), curve.best().round);
    add("</text>\n");
}

void Drawing::final_labels(std::span<const Curve> curves) {
    std::vector<double> at;
    for (const Curve& curve : curves)
        at.push_back(curve.points.empty() ? bottom_ : y(curve.points.back().value));
    at = spread(std::move(at), 18, top_ + 4, bottom_);
    for (std::size_t i = 0; i < curves.size(); ++i) {
        if (curves[i].points.empty()) continue;
        const Style& style = style_of(i);
        // A line to it, unless it would cross the drawing.
        if (right - x(curves[i].points.back()) < 1)
            add("<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\" stroke=\"{}\" stroke-width=\"1\"/>",
                x(curves[i].points.back()) + 6, y(curves[i].points.back().value), right + 22, at[i],
                style.colour);
        mark(style, right + 30, at[i], 4, false);
        add("<text x=\"{}\" y=\"{:.1f}\" fill=\"{}\" font-weight=\"bold\">{}</text>\n", right + 42,
            at[i] + 5, style.colour, text_of(curves[i].points.back().value));
    }
}

} // namespace

std::string chart_svg(std::span<const Curve> all, const std::string& title, Against against) {
    std::vector<Curve> curves(all.begin(), all.end());
    if (against == Against::uplink) // a logarithm has no zero
        for (Curve& curve : curves)
            std::erase_if(curve.points, [](const auto& point) { return point.uplink_bytes <= 0; });
    return Drawing(curves, title, against).text();
}

} // namespace fedmrn
