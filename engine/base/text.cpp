// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

namespace fedmrn {

std::string bytes_text(double bytes) {
    static constexpr std::array units{"B", "kB", "MB", "GB", "TB", "PB"};
    std::size_t unit = 0;
    while (bytes >= 999.5 && unit + 1 < units.size()) {
        bytes /= 1000;
        ++unit;
    }
    if (unit == 0) return fmt::format("{:.0f} B", bytes);
    const int digits = bytes < 9.995 ? 2 : bytes < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}", bytes, digits, units[unit]);
}

std::string duration_text(double seconds) {
    if (!(seconds >= 0) || seconds > 1e9) return "?";
    const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
    const std::uint64_t hours = whole / 3600, minutes = whole / 60 % 60;
    if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
    return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string percent_text(double fraction) { return fmt::format("{:.2f} %", 100 * fraction); }

std::string measured_text(Unit unit, double value) {
    return unit == Unit::fraction ? percent_text(value) : fmt::format("{:.4g}", value);
}

std::string xml_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out;
}

std::string csv_text(const std::string& text) {
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + '"';
}

std::string one_line(std::string_view text) {
    std::string line(text);
    std::replace_if(
        line.begin(), line.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return line;
}

bool valid_utf8(std::string_view text) {
    // Unicode 15, table 3-7: what may follow each first byte.
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    for (std::size_t i = 0; i < text.size();) {
        const unsigned first = byte(i);
        const std::size_t more = first < 0x80                     ? 0
                                 : first >= 0xc2 && first <= 0xdf ? 1
                                 : first >= 0xe0 && first <= 0xef ? 2
                                 : first >= 0xf0 && first <= 0xf4 ? 3
                                                                  : 4;
        if (more == 4) return false;
        for (std::size_t k = 1; k <= more; ++k)
            if ((byte(i + k) & 0xc0U) != 0x80) return false;
        const unsigned second = byte(i + 1);
        if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
            (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
            return false;
        i += more + 1;
    }
    return true;
}

} // namespace fedmrn
