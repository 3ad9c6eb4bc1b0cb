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

std::string accuracy_text(const CellResult& cell) {
    if (!cell.deviation) return percent_text(cell.accuracy);
    return fmt::format("{:.2f} ± {:.2f} %", 100 * cell.accuracy, 100 * *cell.deviation);
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
    const std::string target = fmt::format("{:g} %", 100 * plan.target);
    return {
        first,  "accuracy", "bits/param", "uplink", "rounds to " + target, "uplink to " + target,
        "time", "runs"};
}

Row row(const CellResult& cell) {
    Row row{cell.curve.name, "-", "-", "-", "-", "-", "-", runs_text(cell)};
    if (cell.finished == 0) return row;
    row[1] = accuracy_text(cell);
    row[2] = fmt::format("{:.3f}", cell.bits);
    row[3] = bytes_text(cell.uplink_bytes);
    row[6] = duration_text(cell.seconds);
    if (cell.reached == 0) {
        row[4] = row[5] = "not reached";
        return row;
    }
    row[4] = fmt::format("{:.1f}", cell.rounds_to_target);
    row[5] = bytes_text(cell.bytes_to_target);
    if (cell.reached < cell.finished)
        row[4] += fmt::format(" ({} of {})", cell.reached, cell.finished);
    return row;
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
    return fmt::format("accuracy-{}-{}.svg", against == Against::rounds ? "rounds" : "uplink",
                       file_names_of(plan.partitions)[partition]);
}

std::string compare_table(const Comparison& comparison) {
    const ComparePlan& plan = comparison.plan;
    std::string text;
    for (std::size_t p = 0; p < plan.partitions.size(); ++p) {
        Table table(head(plan, plan.partitions[p]));
        for (const CellResult& cell : comparison.of(p)) table.add(row(cell));
        text += table.text() + '\n';
    }
    for (const std::string& failure : comparison.failures) text += "  failed: " + failure + '\n';
    return text;
}

std::string compare_markdown(const Comparison& comparison) {
    const ComparePlan& plan = comparison.plan;
    std::string text = fmt::format("# {}\n\n{}; {} seed{}.\n\n", plan.name, plan.setting,
                                   plan.seeds, plan.seeds == 1 ? "" : "s");
    text += fmt::format(
        "Accuracy: {} on the test set; mean ± sample standard "
        "deviation over\nthe seeds. Uplink: every byte that the clients sent in a run, mean over "
        "the seeds. Rounds and uplink to\n{:g} %: up to the first evaluation at or above it, mean "
        "over the runs that reached it. Time: of a whole\nrun, mean over the seeds.\n",
        plan.last == 1 ? "a run's last evaluation"
                       : fmt::format("the mean of a run's last {} evaluations", plan.last),
        100 * plan.target);
    for (std::size_t p = 0; p < plan.partitions.size(); ++p) {
        text += fmt::format("\n## {}\n\n", plan.partitions[p]);
        const Row names = head(plan, "method");
        text += markdown_line(names) + "|---|";
        for (std::size_t c = 1; c < names.size(); ++c) text += "---:|";
        text += '\n';
        for (const CellResult& cell : comparison.of(p)) text += markdown_line(row(cell));
        text += fmt::format("\n![accuracy against rounds]({})\n![accuracy against uplink]({})\n",
                            picture_name(plan, Against::rounds, p),
                            picture_name(plan, Against::uplink, p));
    }
    if (!comparison.failures.empty()) text += "\n## Failed\n\n";
    for (const std::string& failure : comparison.failures)
        text += "- " + markdown_cell(failure) + '\n';
    return text;
}

std::string compare_csv(const Comparison& comparison) {
    const ComparePlan& plan = comparison.plan;
    std::string text = std::string(compare_csv_head) + '\n';
    for (std::size_t p = 0; p < plan.partitions.size(); ++p)
        for (const CellResult& cell : comparison.of(p)) {
            const auto number = [](bool there, double value) {
                return there ? fmt::format("{:.10g}", value) : std::string();
            };
            const bool any = cell.finished > 0, reached = cell.reached > 0;
            text += fmt::format(
                "{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_text(plan.partitions[p]),
                csv_text(cell.curve.name), cell.finished, cell.failed, number(any, cell.accuracy),
                number(cell.deviation.has_value(), cell.deviation.value_or(0)),
                number(any, cell.bits), number(any, cell.uplink_bytes), number(true, plan.target),
                cell.reached, number(reached, cell.rounds_to_target),
                number(reached, cell.bytes_to_target), number(any, cell.seconds));
        }
    return text;
}

} // namespace fedmrn
