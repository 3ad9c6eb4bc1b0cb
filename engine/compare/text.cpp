// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "engine/base/text.hpp"
#include "engine/compare/labels.hpp"
#include "engine/report/table.hpp"

namespace fedmrn {
namespace {

using Row = std::vector<std::string>;

std::string mean_text(const Estimate& estimate, Unit unit) {
    if (!estimate.deviation) return measured_text(unit, estimate.mean);
    if (unit == Unit::number)
        return fmt::format("{:.4g} ± {:.2g}", estimate.mean, *estimate.deviation);
    return fmt::format("{:.2f} ± {:.2f} %", 100 * estimate.mean, 100 * *estimate.deviation);
}

/// "+0.52 (−1.20 … +2.24)", of a fraction in points of a percent: a mean and its interval.
std::string difference_text(const CellResult& cell) {
    if (!cell.difference) return "-";
    const bool fraction = cell.curve.measure.unit == Unit::fraction;
    const auto number = [&](double value) {
        return fraction ? fmt::format("{:+.2f}", 100 * value) : fmt::format("{:+.3g}", value);
    };
    const Estimate& difference = *cell.difference;
    if (!difference.half_width) return number(difference.mean);
    return fmt::format("{} ({} … {})", number(difference.mean), number(difference.low()),
                       number(difference.high()));
}

/// Of all messages; of a method whose messages become shorter, of the last round's too.
std::string bits_text(const CellResult& cell) {
    std::string text = fmt::format("{:.3f}", cell.bits);
    if (std::fabs(cell.last_bits - cell.bits) > 0.01 * cell.bits)
        text += fmt::format(", last {:.3f}", cell.last_bits);
    return text;
}

bool anything_tuned(const ComparePlan& plan) {
    return std::any_of(plan.cells.begin(), plan.cells.end(), [](const PlannedCell& cell) {
        return !cell.candidates.front().label.empty();
    });
}

/// "80 %" of a fraction.
std::string target_text(const ComparePlan& plan) {
    return plan.measure.unit == Unit::fraction ? fmt::format("{:g} %", 100 * *plan.target)
                                               : fmt::format("{:g}", *plan.target);
}

/// "3", or "2, 1 failed" and "2, 1 missing": of the runs that were planned.
std::string runs_text(const CellResult& cell) {
    std::string text = std::to_string(cell.finished);
    if (cell.failed > 0) text += fmt::format(", {} failed", cell.failed);
    if (const std::size_t missing = cell.planned - cell.finished - cell.failed; missing > 0)
        text += fmt::format(", {} missing", missing);
    return text;
}

Row head(const ComparePlan& plan, const std::string& first) {
    Row row{first, plan.measure.name, "best round"};
    if (plan.methods.size() > 1) row.push_back("− " + plan.methods[plan.baseline]);
    row.insert(row.end(), {"bits/param", "uplink", "downlink"});
    if (plan.target)
        for (const char* what : {"rounds to ", "uplink to "})
            row.push_back(what + target_text(plan));
    if (anything_tuned(plan)) row.emplace_back("chosen");
    row.insert(row.end(), {"time", "runs"});
    return row;
}

/// Rounds and uplink to the target.
Row reached(const CellResult& cell) {
    if (cell.finished == 0) return {"-", "-"};
    if (cell.reached == 0) return {"not reached", "not reached"};
    std::string rounds = fmt::format("{:.1f}", cell.rounds_to_target);
    if (cell.reached < cell.finished)
        rounds += fmt::format(" ({} of {})", cell.reached, cell.finished);
    return {rounds, bytes_text(cell.bytes_to_target)};
}

Row row(const ComparePlan& plan, const CellResult& cell) {
    const bool any = cell.finished > 0;
    const Unit unit = cell.curve.measure.unit;
    Row row{cell.curve.name, any ? mean_text(cell.value, unit) : "-",
            any ? mean_text(cell.best, unit) : "-"};
    if (plan.methods.size() > 1) row.push_back(difference_text(cell));
    row.insert(row.end(), {any ? bits_text(cell) : "-", any ? bytes_text(cell.uplink_bytes) : "-",
                           any ? bytes_text(cell.downlink_bytes) : "-"});
    if (plan.target)
        for (std::string& text : reached(cell)) row.push_back(std::move(text));
    if (anything_tuned(plan)) row.push_back(cell.chosen.empty() ? "-" : cell.chosen);
    row.push_back(any ? duration_text(cell.seconds) : "-");
    row.push_back(runs_text(cell));
    return row;
}

std::string capitalised(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
        text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

/// Text in a cell of a table of Markdown.
std::string markdown_cell(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '|' || c == '\\' || c == '<' || c == '*' || c == '_' || c == '`') out += '\\';
        out += c;
    }
    return out;
}

std::string markdown_line(const Row& cells) {
    std::string line = "|";
    for (const std::string& cell : cells) line += ' ' + cell + " |";
    return line + '\n';
}

/// Bold: a difference whose interval does not have zero in it.
std::string markdown_line(const ComparePlan& plan, const CellResult& cell) {
    constexpr std::size_t difference = 3;
    Row cells = row(plan, cell);
    for (std::string& text : cells) text = markdown_cell(text);
    if (cell.difference && cell.difference->excludes_zero())
        cells[difference] = "**" + cells[difference] + "**";
    return markdown_line(cells);
}

/// What the columns of compare.md mean.
std::string legend(const ComparePlan& plan) {
    const Config& config = plan.cells.front().candidates.front().runs.front();
    const char* judges = config.data.validation > 0 ? "what the clients set aside" : "the test set";
    std::string text = fmt::format(
        "- {}: {} on {}; best round: its best evaluation, which no one could pick without\n"
        "  {}. Mean ± sample standard deviation over the seeds.\n",
        capitalised(plan.measure.name),
        plan.last == 1 ? "a run's last evaluation"
                       : fmt::format("the mean of a run's last {} evaluations", plan.last),
        judges, judges);
    if (plan.methods.size() > 1)
        text += fmt::format(
            "- − {}: the difference from that row, seed by seed{}: mean and Student's 95 % "
            "interval,\n  of each row alone. Bold: zero is not in it.\n",
            markdown_cell(plan.methods[plan.baseline]),
            plan.measure.unit == Unit::fraction ? ", in points" : "");
    text +=
        "- Bits/param: of uplink, a trainable parameter and message; uplink and downlink: every "
        "byte of a run,\n  both means over the seeds.\n";
    if (plan.target)
        text += fmt::format("- Rounds and uplink to {}: up to the first evaluation at or {} it, "
                            "mean over the runs\n  that reached it.\n",
                            target_text(plan),
                            plan.measure.better == Better::higher ? "above" : "below");
    if (anything_tuned(plan))
        text += fmt::format("- Chosen: of the values that a row lists, by {} on {:g} % of each "
                            "client's training samples,\n  which the chosen run then trains on.\n",
                            plan.measure.name, 100 * plan.validation);
    return text + "- Time: of a whole run, mean over the seeds.\n";
}

} // namespace

std::string picture_name(const ComparePlan& plan, Against against, std::size_t partition) {
    return fmt::format("{}-{}-{}.svg", plan.measure.name,
                       against == Against::rounds ? "rounds" : "uplink",
                       file_names_of(plan.partitions)[partition]);
}

std::string compare_table(const Comparison& comparison) {
    const ComparePlan& plan = comparison.plan;
    std::string text;
    for (std::size_t p = 0; p < plan.partitions.size(); ++p) {
        Table table(head(plan, plan.partitions[p]));
        for (const CellResult& cell : comparison.of(p)) table.add(row(plan, cell));
        text += table.text() + '\n';
    }
    for (const std::string& failure : comparison.failures) text += "  failed: " + failure + '\n';
    return text;
}

std::string compare_markdown(const Comparison& comparison) {
    const ComparePlan& plan = comparison.plan;
    std::string text = fmt::format("# {}\n\n{}; {} seed{}.\n\n", plan.name, plan.setting,
                                   plan.seeds, plan.seeds == 1 ? "" : "s");
    text += legend(plan);
    for (std::size_t p = 0; p < plan.partitions.size(); ++p) {
        text += fmt::format("\n## {}\n\n", plan.partitions[p]);
        Row names = head(plan, "method");
        for (std::string& name : names) name = markdown_cell(name);
        text += markdown_line(names) + "|---|";
        for (std::size_t c = 1; c < names.size(); ++c) text += "---:|";
        text += '\n';
        for (const CellResult& cell : comparison.of(p)) text += markdown_line(plan, cell);
        text += fmt::format("\n![{0} against rounds]({1})\n![{0} against uplink]({2})\n",
                            plan.measure.name, picture_name(plan, Against::rounds, p),
                            picture_name(plan, Against::uplink, p));
    }
    if (!comparison.failures.empty()) text += "\n## Failed\n\n";
    for (const std::string& failure : comparison.failures)
        text += "- " + markdown_cell(failure) + '\n';
    return text;
}

std::string compare_csv_head(const Measure& measure) {
    return fmt::format("partition,method,runs,failed,chosen,{0}_mean,{0}_deviation,{0}_best,"
                       "difference_mean,difference_low,difference_high,bits_per_parameter,"
                       "last_bits_per_parameter,uplink_bytes,downlink_bytes,target,reached,"
                       "rounds_to_target,uplink_bytes_to_target,seconds",
                       measure.name);
}

std::string compare_csv(const Comparison& comparison) {
    const ComparePlan& plan = comparison.plan;
    std::string text = compare_csv_head(plan.measure) + '\n';
    for (std::size_t p = 0; p < plan.partitions.size(); ++p)
        for (const CellResult& cell : comparison.of(p)) {
            const auto number = [](bool there, double value) {
                return there ? fmt::format("{:.10g}", value) : std::string();
            };
            const bool any = cell.finished > 0, reached = cell.reached > 0;
            const Estimate difference = cell.difference.value_or(Estimate{});
            const bool interval = difference.half_width.has_value();
            const double half = difference.half_width.value_or(0);
            const std::string fields[] = {
                csv_text(plan.partitions[p]),
                csv_text(cell.curve.name),
                std::to_string(cell.finished),
                std::to_string(cell.failed),
                csv_text(cell.chosen),
                number(any, cell.value.mean),
                number(cell.value.deviation.has_value(), cell.value.deviation.value_or(0)),
                number(any, cell.best.mean),
                number(cell.difference.has_value(), difference.mean),
                number(interval, difference.mean - half),
                number(interval, difference.mean + half),
                number(any, cell.bits),
                number(any, cell.last_bits),
                number(any, cell.uplink_bytes),
                number(any, cell.downlink_bytes),
                number(plan.target.has_value(), plan.target.value_or(0)),
                std::to_string(cell.reached),
                number(reached, cell.rounds_to_target),
                number(reached, cell.bytes_to_target),
                number(any, cell.seconds)};
            for (const std::string& field : fields) text += (&field == fields ? "" : ",") + field;
            text += '\n';
        }
    return text;
}

} // namespace fedmrn
