// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstdlib>
#include <optional>

#include <fmt/core.h>

#include "engine/cli/commands.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn::cli {
namespace {

/// All of text as a number.
std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::uint32_t from_slurm(const char* name) {
    const char* text = std::getenv(name);
    if (text == nullptr)
        throw Error(fmt::format("--part slurm: expected a task of an array, found no {}", name));
    const auto value = number(text);
    if (!value)
        throw Error(fmt::format("--part slurm: {}: expected a number, found \"{}\"", name, text));
    return *value;
}

/// Tasks MIN, MIN + STEP, … MAX of an array are parts 1, 2, …
ComparePart slurm_part() {
    const std::uint32_t first = from_slurm("SLURM_ARRAY_TASK_MIN"),
                        last = from_slurm("SLURM_ARRAY_TASK_MAX"),
                        task = from_slurm("SLURM_ARRAY_TASK_ID"),
                        count = from_slurm("SLURM_ARRAY_TASK_COUNT");
    const std::uint32_t step = count < 2 ? 1 : (last - first) / (count - 1);
    if (count < 1 || last < first || step < 1 || first + (count - 1) * step != last ||
        task < first || task > last || (task - first) % step != 0)
        throw Error(fmt::format("--part slurm: expected an array of even steps, as --array=1-8, "
                                "found task {} of {} from {} to {}; say --part K/N",
                                task, count, first, last));
    return {(task - first) / step + 1, count};
}

} // namespace

ComparePart parse_part(std::string_view text) {
    if (text == "slurm") return slurm_part();
    const std::size_t slash = text.find('/');
    const auto part = number(text.substr(0, slash));
    const auto of = slash == text.npos ? std::nullopt : number(text.substr(slash + 1));
    if (!part || !of || *part < 1 || *part > *of || *of > 1'000'000)
        throw Error(fmt::format("--part: expected K/N with 1 ≤ K ≤ N ≤ 1000000, or slurm, found "
                                "\"{}\"",
                                text));
    return {*part, *of};
}

} // namespace fedmrn::cli
