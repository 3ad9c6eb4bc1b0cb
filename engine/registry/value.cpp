// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "fedmrn/part.hpp"

namespace fedmrn {
namespace {

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (code < 0x20 || code == 0x7f)
            out += fmt::format("\\u{:04X}", code);
        else
            out += c;
    }
    return out + '"';
}

std::string real(double v) {
    std::string text = fmt::format("{}", v); // the shortest text that reads back to v
    if (text.find_first_of(".en") == std::string::npos) text += ".0";
    return text;
}

} // namespace

std::string value_text(const KeyValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* number = std::get_if<double>(&value)) return real(*number);
    return quoted(std::get<std::string>(value));
}

} // namespace fedmrn
