// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "engine/base/suggest.hpp"
#include "engine/base/text.hpp"
#include "engine/config/schema.hpp"

// Keys by the kind of their value, for the table in config_keys.cpp.
namespace fedmrn::keys {

inline Key key(std::string_view full, std::string expected) {
    const std::size_t dot = full.find('.');
    Key made;
    made.section = full.substr(0, dot);
    made.name = full.substr(dot + 1);
    made.expected = std::move(expected);
    return made;
}

template <auto Section, auto Field>
Key integer(std::string_view full, std::int64_t least, std::int64_t most) {
    Key made = key(full, fmt::format("an integer in {} … {}", least, most));
    made.get = [](const Config& c) { return Value(static_cast<std::int64_t>(c.*Section.*Field)); };
    made.set = [least, most](Config& c, const Value& value) {
        const auto* number = std::get_if<std::int64_t>(&value);
        if (number == nullptr || *number < least || *number > most) return false;
        c.*Section.*Field =
            static_cast<std::remove_reference_t<decltype(c.*Section.*Field)>>(*number);
        return true;
    };
    return made;
}

/// An interval; "(" and ")" leave the end out.
struct Interval {
    char open;
    double least, most;
    char close;
    [[nodiscard]] bool holds(double v) const {
        return (open == '[' ? v >= least : v > least) && (close == ']' ? v <= most : v < most);
    }
};

template <auto Section, auto Field> Key number(std::string_view full, Interval range) {
    Key made = key(full, fmt::format("a number in {}{}, {}{}", range.open, range.least, range.most,
                                     range.close));
    made.get = [](const Config& c) { return Value(c.*Section.*Field); };
    made.set = [range](Config& c, const Value& value) {
        double v = std::numeric_limits<double>::quiet_NaN(); // in no interval
        if (const auto* real = std::get_if<double>(&value)) v = *real;
        if (const auto* whole = std::get_if<std::int64_t>(&value)) v = static_cast<double>(*whole);
        if (!range.holds(v)) return false;
        c.*Section.*Field = v;
        return true;
    };
    return made;
}

/// Enumerator i of an enumeration, or a string, is written words[i].
template <auto Section, auto Field>
Key word(std::string_view full, const std::vector<std::string_view>& words) {
    std::vector<std::string> quoted;
    for (std::string_view w : words) quoted.push_back(fmt::format("\"{}\"", w));
    const std::vector<std::string_view> views(quoted.begin(), quoted.end());
    Key made = key(full, alternatives(views));
    made.get = [words](const Config& c) {
        const auto& field = c.*Section.*Field;
        if constexpr (std::is_enum_v<std::remove_cvref_t<decltype(field)>>)
            return Value(std::string(words[static_cast<std::size_t>(field)]));
        else
            return Value(field);
    };
    made.set = [words](Config& c, const Value& value) {
        const auto* text = std::get_if<std::string>(&value);
        if (text == nullptr) return false;
        const auto found = std::find(words.begin(), words.end(), *text);
        if (found == words.end()) return false;
        auto& field = c.*Section.*Field;
        using Type = std::remove_reference_t<decltype(field)>;
        if constexpr (std::is_enum_v<Type>)
            field = static_cast<Type>(found - words.begin());
        else
            field = *text;
        return true;
    };
    return made;
}

template <auto Section, auto Field> Key text(std::string_view full) {
    Key made = key(full, "a string");
    made.get = [](const Config& c) { return Value(c.*Section.*Field); };
    made.set = [](Config& c, const Value& value) {
        const auto* string = std::get_if<std::string>(&value);
        if (string == nullptr || !valid_utf8(*string)) return false;
        c.*Section.*Field = *string;
        return true;
    };
    return made;
}

template <auto Section, auto Field> Key boolean(std::string_view full) {
    Key made = key(full, "true or false");
    made.get = [](const Config& c) { return Value(c.*Section.*Field); };
    made.set = [](Config& c, const Value& value) {
        const auto* flag = std::get_if<bool>(&value);
        if (flag != nullptr) c.*Section.*Field = *flag;
        return flag != nullptr;
    };
    return made;
}

} // namespace fedmrn::keys
