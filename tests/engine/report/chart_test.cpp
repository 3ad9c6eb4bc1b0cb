// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/chart.hpp"

#include <cmath>
#include <regex>

#include <gmock/gmock.h>

#include "engine/report/chart_axis.hpp"

namespace fedmrn {
namespace {

using testing::HasSubstr;
using testing::Not;

Curve rising(const std::string& name, std::uint32_t rounds, double offset = 0) {
    Curve curve{name, {}, {}};
    for (std::uint32_t r = 1; r <= rounds; ++r)
        curve.points.push_back({r, offset + 0.9 - 0.8 * std::exp(-0.3 * r)});
    return curve;
}

/// Corners of the n-th polyline.
std::vector<std::pair<double, double>> corners(const std::string& svg) {
    std::smatch list;
    static const std::regex polyline("<polyline[^>]*points=\"([^\"]*)\"");
    if (!std::regex_search(svg, list, polyline)) return {};
    const std::string text = list[1];
    std::vector<std::pair<double, double>> points;
    static const std::regex pair("([0-9.]+),([0-9.]+)");
    for (std::sregex_iterator at(text.begin(), text.end(), pair), end; at != end; ++at)
        points.emplace_back(std::stod((*at)[1]), std::stod((*at)[2]));
    return points;
}

TEST(Chart, DrawsEveryPointInPlace) {
    const Curve curve = rising("a", 20);
    const auto points = corners(chart_svg({&curve, 1}, "t"));
    ASSERT_EQ(points.size(), 20U);
    for (std::size_t i = 1; i < 20; ++i) {
        // rounds are evenly apart, accuracies drawn to one scale with up being more
        EXPECT_NEAR(points[i].first - points[i - 1].first,
                    (points[19].first - points[0].first) / 19, 0.02);
        const double share = (curve.points[i].value - curve.points[0].value) /
                             (curve.points[19].value - curve.points[0].value);
        EXPECT_NEAR(points[0].second - points[i].second,
                    share * (points[0].second - points[19].second), 0.02);
    }
    EXPECT_LT(points[19].second, points[0].second);
}

TEST(Chart, TellsCurvesApartWithoutColour) {
    const std::vector<Curve> curves{rising("FedMRN", 20), rising("FedAvg", 20, 0.01)};
    const std::string svg = chart_svg(curves, "both");
    EXPECT_THAT(svg, HasSubstr("stroke-dasharray=\"none\""));
    EXPECT_THAT(svg, HasSubstr("stroke-dasharray=\"9 5\""));
    EXPECT_THAT(svg, HasSubstr(">FedMRN</tspan>"));
    EXPECT_THAT(svg, HasSubstr(">FedAvg</tspan>"));
    EXPECT_THAT(svg, HasSubstr("final 89.80 %, best 89.80 % at round 20"));
    EXPECT_THAT(svg, HasSubstr(">round</text>"));
    EXPECT_THAT(svg, HasSubstr(">test accuracy</text>"));
}

TEST(Chart, NamesAreText) {
    const Curve curve = rising("<b> & \"c\"", 2);
    const std::string svg = chart_svg({&curve, 1}, "x < y");
    EXPECT_THAT(svg, HasSubstr("&lt;b&gt; &amp; &quot;c&quot;"));
    EXPECT_THAT(svg, HasSubstr("x &lt; y"));
    EXPECT_THAT(svg, Not(HasSubstr("<b>")));
}

TEST(Chart, FewOrNoPointsDrawToo) {
    for (const std::uint32_t rounds : {0U, 1U, 2U}) {
        const Curve curve = rising("a", rounds);
        for (const std::string& text : {chart_svg({&curve, 1}, "t"), chart_text({&curve, 1}, {})}) {
            EXPECT_THAT(text, Not(HasSubstr("nan")));
            EXPECT_THAT(text, Not(HasSubstr("inf")));
        }
    }
    EXPECT_THAT(chart_svg({}, "t"), HasSubstr("</svg>"));
    EXPECT_THAT(chart_text({}, {}), HasSubstr("round"));
}

TEST(Chart, OnTheTerminal) {
    const std::vector<Curve> curves{rising("FedMRN", 20), rising("FedAvg", 20, -0.2)};
    const std::string plain =
        chart_text(curves, {.interactive = false, .colour = false, .columns = 80});
    EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
    EXPECT_THAT(plain, HasSubstr("A 89.80 %"));
    EXPECT_THAT(plain, HasSubstr("B 69.80 %"));
    EXPECT_THAT(plain, HasSubstr("A  FedMRN"));
    EXPECT_THAT(chart_text(curves, {.interactive = false, .colour = true, .columns = 80}),
                HasSubstr("\x1b[34m"));
    std::size_t dots = 0;
    for (std::size_t at = 0; at + 2 < plain.size(); ++at) // U+2800 … U+28FF
        dots += plain[at] == '\xe2' && static_cast<unsigned char>(plain[at + 1]) >= 0xa0 &&
                static_cast<unsigned char>(plain[at + 1]) <= 0xa3;
    EXPECT_GT(dots, 59U); // each curve crosses the 59 columns

    std::istringstream lines(plain);
    for (std::string line; std::getline(lines, line);)
        EXPECT_LE(
            std::count_if(line.begin(), line.end(),
                          [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }),
            80);
}

TEST(Chart, TicksAreRound) {
    const std::vector<Curve> curves{rising("a", 137)};
    EXPECT_THAT(round_axis(curves, 10).ticks,
                testing::ElementsAre(1, 20, 40, 60, 80, 100, 120, 137));
    const Axis accuracy = value_axis(curves, 6);
    EXPECT_LE(accuracy.low, 0.307);
    EXPECT_GE(accuracy.high, 0.9);
    EXPECT_EQ(tick_text(accuracy, accuracy.ticks.front()), "30 %");
    const Curve flat{"f", {{1, 0.5}, {2, 0.5}}, {}};
    EXPECT_GT(value_axis({&flat, 1}, 5).high, 0.5);
    EXPECT_LT(value_axis({&flat, 1}, 5).low, 0.5);
}

/// A number has no per cent, no end at 1, and may be the better the lower it is.
TEST(Chart, AMeasureOfItsOwnHasItsNameItsUnitAndItsBest) {
    const Curve curve{
        "a", {{1, 12.5}, {2, 7.25}, {3, 8.0}}, {"perplexity", Better::lower, Unit::number}};
    EXPECT_EQ(curve.best().round, 2U);
    const Axis axis = value_axis({&curve, 1}, 6);
    EXPECT_LE(axis.low, 7.25);
    EXPECT_GE(axis.high, 12.5);
    EXPECT_EQ(tick_text(axis, axis.ticks.front()), "7");
    const std::string svg = chart_svg({&curve, 1}, "t");
    EXPECT_THAT(svg, HasSubstr(">test perplexity</text>"));
    EXPECT_THAT(svg, HasSubstr("final 8, best 7.25 at round 2"));
    EXPECT_THAT(svg, Not(HasSubstr("%")));
    EXPECT_THAT(chart_text({&curve, 1}, {}), HasSubstr(" A 8\n"));
    const Curve flat{"f", {{1, -3}, {2, -3}}, curve.measure};
    EXPECT_GT(value_axis({&flat, 1}, 5).high, -3);
    EXPECT_LT(value_axis({&flat, 1}, 5).low, -3);
}

TEST(Chart, LabelsAreMovedApart) {
    EXPECT_THAT(spread({5, 5, 20}, 2, 0, 30), testing::ElementsAre(5, 7, 20));
    EXPECT_THAT(spread({30, 29}, 4, 0, 30), testing::ElementsAre(30, 26));
}

TEST(Chart, TakesOnlyEvaluatedRounds) {
    std::vector<RoundMetrics> rounds(3);
    rounds[0].round = 1;
    rounds[1].round = 2;
    rounds[1].metrics = {{"accuracy", 0.5}};
    rounds[2].round = 3;
    rounds[2].metrics = {{"accuracy", 0.4}};
    const Curve curve = curve_of("x", {}, rounds);
    ASSERT_EQ(curve.points.size(), 2U);
    EXPECT_EQ(curve.best().round, 2U);
}

} // namespace
} // namespace fedmrn
