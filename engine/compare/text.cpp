// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/text.hpp"

#include <fmt/core.h>

#include "engine/base/text.hpp"
#include "engine/compare/labels.hpp"
#include "engine/report/table.hpp"

namespace fedmrn {
namespace {

using Row = std::vector<std::string>;

std::string mean_text(const CellResult& cell) {
    const Unit unit = cell.curve.measure.unit;
    if (!cell.deviation) return measured_text(unit, cell.value);
    if (unit == Unit::number) return fmt::format("{:.4g} ± {:.2g}", cell.value, *cell.deviation);
    return fmt::format("{:.2f} ± {:.2f} %", 100 * cell.value, 100 * *cell.deviation);
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
    Row row{first, plan.measure.name, "bits/param", "uplink"};
    if (plan.target)
        for (const char* what : {"rounds to ", "uplink to "})
            row.push_back(what + target_text(plan));
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
    Row row{cell.curve.name, any ? mean_text(cell) : "-",
            any ? fmt::format("{:.3f}", cell.bits) : "-",
            any ? bytes_text(cell.uplink_bytes) : "-"};
    if (plan.target)
        for (std::string& text : reached(cell)) row.push_back(std::move(text));
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
    for (const std::string& cell : cells) line += ' ' + markdown_cell(cell) + " |";
    return line + '\n';
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
    const std::string target =
        plan.target
            ? fmt::format(" Rounds and uplink to\n{}: up to the first evaluation at or {} it, "
                          "mean over the runs that reached it.",
                          target_text(plan),
                          plan.measure.better == Better::higher ? "above" : "below")
            : "";
    text += fmt::format(
        "{}: {} on the test set; mean ± sample standard "
        "deviation over\nthe seeds. Uplink: every byte that the clients sent in a run, mean over "
        "the seeds.{} Time: of a whole\nrun, mean over the seeds.\n",
        capitalised(plan.measure.name),
        plan.last == 1 ? "a run's last evaluation"
                       : fmt::format("the mean of a run's last {} evaluations", plan.last),
        target);
    for (std::size_t p = 0; p < plan.partitions.size(); ++p) {
        text += fmt::format("\n## {}\n\n", plan.partitions[p]);
        const Row names = head(plan, "method");
        text += markdown_line(names) + "|---|";
        for (std::size_t c = 1; c < names.size(); ++c) text += "---:|";
        text += '\n';
        for (const CellResult& cell : comparison.of(p)) text += markdown_line(row(plan, cell));
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
    return fmt::format(
        "partition,method,runs,failed,{0}_mean,{0}_deviation,bits_per_parameter,"
        "uplink_bytes,target,reached,rounds_to_target,uplink_bytes_to_target,seconds",
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
            text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                                csv_text(plan.partitions[p]), csv_text(cell.curve.name),
                                cell.finished, cell.failed, number(any, cell.value),
                                number(cell.deviation.has_value(), cell.deviation.value_or(0)),
                                number(any, cell.bits), number(any, cell.uplink_bytes),
                                number(plan.target.has_value(), plan.target.value_or(0)),
                                cell.reached, number(reached, cell.rounds_to_target),
                                number(reached, cell.bytes_to_target), number(any, cell.seconds));
        }
    return text;
}

} // namespace fedmrn
