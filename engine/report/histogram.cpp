// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "engine/base/words.hpp"

namespace fedmrn {
namespace {

constexpr std::uint64_t most_intervals = 10;
constexpr std::size_t bar_columns = 50;

} // namespace

std::string bar(std::uint64_t value, std::uint64_t largest, std::size_t columns) {
    static constexpr const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (value == 0) return {};
    const double share = static_cast<double>(value) / static_cast<double>(largest);
    const auto drawn =
        static_cast<std::size_t>(std::lround(share * static_cast<double>(8 * columns)));
    const std::size_t length = std::max<std::size_t>(drawn, 1);
    std::string text;
    for (std::size_t full = 0; full < length / 8; ++full) {
        text += "█";
    }
    return text + eighths[length % 8];
}

std::string histogram(std::span<const std::uint64_t> values) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const std::uint64_t low = *least, width = (*most - low) / most_intervals + 1;
    std::vector<std::uint64_t> counts((*most - low) / width + 1);
    for (const std::uint64_t value : values) {
        ++counts[(value - low) / width];
    }
    const std::uint64_t largest = *std::max_element(counts.begin(), counts.end());
    const std::size_t digits = grouped(low + counts.size() * width - 1).size();

    std::string text;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const std::uint64_t from = low + i * width, to = from + width - 1;
        const std::string range =
            width == 1 ? fmt::format("{:>{}}", grouped(from), digits)
                       : fmt::format("{:>{}} – {:>{}}", grouped(from), digits, grouped(to), digits);
        text += fmt::format("  {} │{} {}\n", range, bar(counts[i], largest, bar_columns),
                            grouped(counts[i]));
    }
    return text;
}

} // namespace fedmrn
