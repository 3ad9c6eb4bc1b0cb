// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/result.hpp"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>

#include "engine/compare/text.hpp"
#include "engine/report/chart_axis.hpp"

namespace fedmrn {
namespace {

using testing::HasSubstr;

/// Round r has accuracy base + r / 100 and 1 MB of uplink; every second one is evaluated.
std::vector<RoundMetrics> rising(double base, std::uint32_t rounds) {
    std::vector<RoundMetrics> all;
    for (std::uint32_t r = 1; r <= rounds; ++r) {
        RoundMetrics round;
        round.round = r;
        round.uplink_bytes = 1'000'000;
        round.messages = 10;
        if (r % 2 == 0) round.metrics = {{"accuracy", base + r / 100.0}};
        all.push_back(round);
    }
    return all;
}

RunResult result(double base, double target = 0.799) {
    Summary summary;
    summary.uplink_bits_per_parameter = 1.125;
    summary.uplink_bytes = 20'000'000;
    summary.downlink_bytes = 40'000'000;
    summary.messages = 200;
    summary.time.all = 30;
    return result_of(summary, rising(base, 20), {}, target, 5);
}

TEST(CompareResult, TakesTheLastFiveEvaluationsAndTheFirstAtTheTarget) {
    const RunResult run = result(0.7);
    EXPECT_NEAR(run.value, 0.7 + 0.16, 1e-12); // rounds 12, 14, 16, 18, 20
    EXPECT_NEAR(result_of({}, rising(0.7, 20), {}, 0.8, 1).value, 0.7 + 0.2, 1e-12); // round 20
    EXPECT_NEAR(run.best, 0.9, 1e-12);
    EXPECT_EQ(run.last_bits, 1.125);
    EXPECT_EQ(run.rounds_to_target, 10U); // 0.80 there
    EXPECT_EQ(run.bytes_to_target, 10'000'000U);
    EXPECT_FALSE(result(0.5).rounds_to_target);
    EXPECT_NEAR(result_of({}, rising(0.5, 4), {}, 0.8, 5).value, 0.53, 1e-12); // only two
    EXPECT_EQ(result_of({}, {}, {}, 0.8, 5).value, 0);
}

TEST(CompareResult, MeansAreOverSeeds) {
    const SeedResults runs{result(0.5), result(0.7), result(0.72)};
    const CellResult cell = cell_of("m", {}, runs);
    EXPECT_NEAR(cell.value.mean, 0.8, 1e-12);                   // of 0.66, 0.86 and 0.88
    EXPECT_NEAR(cell.value.deviation.value(), 0.1216553, 1e-6); // √((0.14² + 0.06² + 0.08²) / 2)
    EXPECT_EQ(cell.reached, 2U);
    EXPECT_EQ(cell.rounds_to_target, 9); // 10 and 8
    EXPECT_EQ(cell.bytes_to_target, 9e6);
    ASSERT_EQ(cell.curve.points.size(), 10U);
    EXPECT_NEAR(cell.curve.points[0].value, 0.66, 1e-12);
    EXPECT_EQ(cell.curve.points[0].uplink_bytes, 2e6);
    EXPECT_FALSE(cell_of("one", {}, {runs[0]}).value.deviation);
}

/// Half of the uplink's bytes in the last round are half of the bits.
TEST(CompareResult, SaysWhatTheLastRoundSent) {
    Summary summary;
    summary.uplink_bits_per_parameter = 3;
    std::vector<RoundMetrics> rounds = rising(0.5, 3);
    rounds[0].uplink_bytes = rounds[1].uplink_bytes = 2'500'000;
    rounds[1].messages = 5; // half of the cohort, and twice the bytes of each
    rounds[2].messages = 0; // nobody
    rounds[2].uplink_bytes = 0;
    summary.uplink_bytes = 5'000'000;
    summary.messages = 15;
    EXPECT_NEAR(result_of(summary, rounds, {}, 0.8, 5).last_bits, 3 * 1.5, 1e-12);
}

/// Seed by seed: what a seed does to both methods is in neither end of the interval.
TEST(CompareResult, DifferencesArePaired) {
    const SeedResults baseline{result(0.5), result(0.7), result(0.6), std::nullopt};
    const SeedResults better{result(0.51), result(0.72), result(0.63), result(0.9)};
    const auto difference = difference_of(better, baseline);
    ASSERT_TRUE(difference);
    EXPECT_NEAR(difference->mean, 0.02, 1e-12);
    EXPECT_NEAR(*difference->half_width, 4.302653 * 0.01 / std::sqrt(3.0), 1e-7);
    EXPECT_FALSE(difference->excludes_zero()); // 0.0248
    EXPECT_FALSE(difference_of({std::nullopt}, {result(0.5)}));
    const auto one = difference_of({result(0.6)}, {result(0.5)});
    ASSERT_TRUE(one);
    EXPECT_FALSE(one->half_width);
    EXPECT_FALSE(one->excludes_zero());
    const auto sure = difference_of({result(0.51), result(0.71)}, {result(0.5), result(0.7)});
    ASSERT_TRUE(sure);
    EXPECT_TRUE(sure->excludes_zero());
}

/// A method's cell of one candidate and one run.
PlannedCell cell(std::size_t method, const char* label) {
    PlannedCell cell{0, method, std::vector<Candidate>(1)};
    cell.candidates[0].label = label;
    cell.candidates[0].runs.resize(1);
    return cell;
}

/// A plan of one partition, in which the third method is tuned.
ComparePlan three_methods() {
    ComparePlan plan;
    plan.name = "x";
    plan.setting = "some data";
    plan.partitions = {"iid"};
    plan.methods = {"A|B", "C, D", "E"};
    plan.seeds = 3;
    for (std::size_t m = 0; m < 3; ++m) plan.cells.push_back(cell(m, m == 2 ? "lr 0.1" : ""));
    return plan;
}

TEST(CompareResult, TablesSayWhatIsMissing) {
    const ComparePlan plan = three_methods();
    Comparison all{plan, {}, {"iid, E, seed 2: bad"}};
    const SeedResults runs{result(0.5), result(0.7), result(0.72)};
    all.cells = {cell_of("A|B", {}, runs), cell_of("C, D", {}, {runs[0], {}, {}}),
                 cell_of("E", {}, {{}, {}, {}})};
    all.cells[1].difference = difference_of({runs[0]}, {runs[1]});
    all.cells[2].failed = 1;

    const std::string markdown = compare_markdown(all);
    EXPECT_THAT(markdown, HasSubstr("| method | accuracy | best round | − A\\|B | bits/param | "
                                    "uplink | downlink | rounds to 80 % | uplink to 80 % | chosen "
                                    "| time | runs |\n"));
    EXPECT_THAT(markdown,
                HasSubstr("| A\\|B | 80.00 ± 12.17 % | 84.00 ± 12.17 % | - | 1.125 | 20.0 MB | "
                          "40.0 MB | 9.0 (2 of 3) | 9.00 MB | - | 0:30 | 3 |\n"));
    EXPECT_THAT(markdown, HasSubstr("| C, D | 66.00 % | 70.00 % | -20.00 | 1.125 | 20.0 MB | 40.0 "
                                    "MB | not reached | not reached | - | 0:30 | 1, 2 missing |"));
    EXPECT_THAT(markdown, HasSubstr("| E | - | - | - | - | - | - | - | - | - | - | 0, 1 failed, 2 "
                                    "missing |\n"));
    EXPECT_THAT(markdown, HasSubstr("- iid, E, seed 2: bad\n"));
    EXPECT_THAT(markdown, HasSubstr("(accuracy-uplink-iid.svg)"));
    EXPECT_THAT(compare_table(all), HasSubstr("failed: iid, E, seed 2: bad"));

    const std::string csv = compare_csv(all);
    EXPECT_THAT(csv, HasSubstr("\niid,A|B,3,0,,0.8,0.12165525"));
    EXPECT_THAT(csv, HasSubstr("\niid,\"C, D\",1,0,,0.66,,0.7,-0.2,,,1.125,1.125,20000000,"
                               "40000000,0.8,0,,,30\n"));
    EXPECT_THAT(csv, HasSubstr("\niid,E,0,1,,,,,,,,,,,,0.8,0,,,\n"));
}

/// Bold is what the seeds can show; chosen is what tuning chose; bits that fall are said.
TEST(CompareResult, BoldIsADifferenceWhoseIntervalExcludesZero) {
    const ComparePlan plan = three_methods();
    Comparison all{plan, {}, {}};
    const SeedResults runs{result(0.5), result(0.6), result(0.7)};
    const SeedResults little{result(0.51), result(0.6), result(0.71)},
        surely{result(0.51), result(0.611), result(0.71)};
    all.cells = {cell_of("A|B", {}, runs), cell_of("C, D", {}, little), cell_of("E", {}, surely)};
    all.cells[1].difference = difference_of(little, runs);
    all.cells[2].difference = difference_of(surely, runs);
    all.cells[2].chosen = "lr 0.1";
    all.cells[2].last_bits = 0.5;
    const std::string markdown = compare_markdown(all);
    EXPECT_THAT(markdown, HasSubstr(" % | +0.67 (-0.77 … +2.10) | 1.125 |"));
    EXPECT_THAT(markdown, HasSubstr(" % | **+1.03 (+0.89 … +1.18)** | 1.125, last 0.500 |"));
    EXPECT_THAT(markdown, HasSubstr("| lr 0.1 | 0:30 | 3 |"));
}

/// Of what is to be low a run reaches the target from above; without one nothing is waited for.
TEST(CompareResult, AMetricThatIsToBeLowAndANumber) {
    const Measure perplexity{"perplexity", Better::lower, Unit::number};
    std::vector<RoundMetrics> rounds;
    for (std::uint32_t r = 1; r <= 4; ++r) {
        RoundMetrics& round = rounds.emplace_back();
        round.round = r;
        round.uplink_bytes = 1'000'000;
        round.metrics = {{"accuracy", 0.9}, {"perplexity", 10.0 - r}};
    }
    RunResult run = result_of({}, rounds, perplexity, 7.0, 2);
    EXPECT_EQ(run.rounds_to_target, 3U);
    EXPECT_EQ(run.value, 6.5);
    EXPECT_FALSE(result_of({}, rounds, perplexity, std::nullopt, 2).rounds_to_target);
    ComparePlan plan;
    plan.partitions = {"iid"};
    plan.methods = {"A"};
    plan.seeds = 1;
    plan.cells.push_back(cell(0, ""));
    plan.measure = perplexity;
    plan.target = 7.0;
    const auto written = [&] {
        Comparison all{plan, {}, {}};
        all.cells = {cell_of("A", perplexity, {run})};
        return compare_markdown(all) + compare_csv(all);
    };
    EXPECT_THAT(written(), HasSubstr("Perplexity: the mean of a run's last 5 evaluations"));
    EXPECT_THAT(written(), HasSubstr("first evaluation at or below it"));
    EXPECT_THAT(written(), HasSubstr("| A | 6.5 | 6 | 0.000 | 0 B | 0 B | 3.0 | 3.00 MB |"));
    EXPECT_THAT(written(), HasSubstr("(perplexity-rounds-iid.svg)"));
    EXPECT_THAT(written(),
                HasSubstr("chosen,perplexity_mean,perplexity_deviation,perplexity_best,diff"));
    plan.target.reset();
    run = result_of({}, rounds, perplexity, std::nullopt, 2);
    EXPECT_THAT(
        written(),
        HasSubstr(
            "| method | perplexity | best round | bits/param | uplink | downlink | time | runs |"));
    EXPECT_THAT(written(), HasSubstr("\niid,A,1,0,,6.5,,6,,,,0,0,0,0,,0,,,0\n"));
}

TEST(CompareChart, TheUplinkAxisIsLogarithmic) {
    const Curve curve{"a", {{1, 0.1, 1e6}, {2, 0.2, 1e7}, {3, 0.3, 1e8}}, {}};
    const Axis axis = uplink_axis({&curve, 1});
    EXPECT_NEAR(axis.share(7), 0.5, 1e-12);
    EXPECT_THAT(axis.ticks, testing::SizeIs(7)); // 1 2 5 10 20 50 100
    const std::string svg = chart_svg({&curve, 1}, "t", Against::uplink);
    EXPECT_THAT(svg, HasSubstr(">uplink of all clients, MB</text>"));
    EXPECT_THAT(svg, HasSubstr(">50</text>"));
    EXPECT_THAT(svg, testing::Not(HasSubstr(">round</text>")));
    EXPECT_THAT(svg, HasSubstr("points=\"92.00,")); // 458 lies between 92 and 824
    EXPECT_THAT(svg, HasSubstr(" 458.00,"));
    EXPECT_THAT(svg, HasSubstr(" 824.00,"));
}

TEST(CompareChart, NothingSentDrawsToo) {
    const std::vector<Curve> curves{
        {"a", {{1, 0.1}, {2, 0.2}}, {}}, {"b", {}, {}}, {"c", {{1, 0.1, 5}}, {}}};
    for (std::size_t n = 0; n <= curves.size(); ++n) {
        const std::string svg = chart_svg({curves.data(), n}, "t", Against::uplink);
        EXPECT_THAT(svg, testing::Not(HasSubstr("nan")));
        EXPECT_THAT(svg, testing::Not(HasSubstr("inf")));
    }
}

TEST(CompareChart, MoreCurvesThanColoursDiffer) {
    std::vector<Curve> curves;
    for (int i = 0; i < 12; ++i) curves.push_back({std::to_string(i), {{1, 0.1}, {2, 0.2}}, {}});
    const std::string svg = chart_svg(curves, "t");
    std::vector<std::string> strokes;
    for (std::size_t at = svg.find("<polyline"); at != svg.npos; at = svg.find("<polyline", at + 1))
        strokes.push_back(svg.substr(at, svg.find("points", at) - at));
    ASSERT_EQ(strokes.size(), 12U);
    std::sort(strokes.begin(), strokes.end());
    EXPECT_EQ(std::unique(strokes.begin(), strokes.end()), strokes.end());
}

} // namespace
} // namespace fedmrn
