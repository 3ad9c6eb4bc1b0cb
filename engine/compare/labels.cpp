// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/labels.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "engine/base/crc32c.hpp"

namespace fedmrn {

std::string file_name_of(std::string_view label) {
    std::string name;
    for (const char c : label) {
        const bool upper = c >= 'A' && c <= 'Z';
        const bool other_script = static_cast<unsigned char>(c) >= 0x80; // a piece of UTF-8
        if (upper || other_script || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.')
            name += upper ? static_cast<char>(c - 'A' + 'a') : c;
        else if (!name.empty() && name.back() != '-')
            name += '-';
    }
    // No name ends in a separator, and none is "." or "..".
    while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
    return name;
}

std::vector<std::string> file_names_of(std::span<const std::string> labels) {
    constexpr std::size_t longest = 120; // bytes; file systems take 255
    std::vector<std::string> plain;
    for (const std::string& label : labels) plain.push_back(file_name_of(label));
    std::vector<std::string> names = plain;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        std::string& name = names[i];
        const bool alone = std::count(plain.begin(), plain.end(), plain[i]) == 1;
        if (alone && !name.empty() && name.size() <= longest) continue;
        if (name.size() > longest) {
            name.resize(longest);
            while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0xC0) == 0x80)
                name.pop_back(); // not through the middle of a letter
            if (!name.empty() && static_cast<unsigned char>(name.back()) >= 0x80) name.pop_back();
        }
        name += fmt::format("{}{:08x}", name.empty() ? "" : "-",
                            crc32c(std::as_bytes(std::span(labels[i]))));
    }
    return names;
}

} // namespace fedmrn
