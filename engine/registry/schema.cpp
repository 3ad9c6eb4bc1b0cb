// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/schema.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/suggest.hpp"
#include "engine/base/text.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

Option option(std::string name, std::string expected, std::string help,
              std::function<std::optional<KeyValue>(const KeyValue&)> accept) {
    Option made;
    made.name = std::move(name);
    made.expected = std::move(expected);
    made.help = std::move(help);
    made.accept = std::move(accept);
    return made;
}

template <class T> std::optional<KeyValue> as(const KeyValue& value) {
    return std::holds_alternative<T>(value) ? std::optional(value) : std::nullopt;
}

} // namespace

Option integer_option(std::string name, std::int64_t least, std::int64_t most, std::string help) {
    return option(std::move(name), fmt::format("an integer in {} … {}", least, most),
                  std::move(help), [least, most](const KeyValue& value) -> std::optional<KeyValue> {
                      const auto* number = std::get_if<std::int64_t>(&value);
                      if (number == nullptr || *number < least || *number > most) {
                          return std::nullopt;
                      }
                      return value;
                  });
}

Option number_option(std::string name, Interval range, std::string help) {
    const auto [open, least, most, close] = range;
    return option(std::move(name), fmt::format("a number in {}{}, {}{}", open, least, most, close),
                  std::move(help), [range](const KeyValue& value) -> std::optional<KeyValue> {
                      double v = 0;
                      if (const auto* real = std::get_if<double>(&value)) {
                          v = *real;
                      } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
                          v = static_cast<double>(*whole);
                      } else {
                          return std::nullopt;
                      }
                      const bool above = range.open == '[' ? v >= range.least : v > range.least;
                      const bool below = range.close == ']' ? v <= range.most : v < range.most;
                      return above && below ? std::optional<KeyValue>(v) : std::nullopt; // no NaN
                  });
}

Option word_option(std::string name, std::vector<std::string> words, std::string help) {
    const std::vector<std::string_view> views(words.begin(), words.end());
    return option(std::move(name), quoted_alternatives(views), std::move(help),
                  [words = std::move(words)](const KeyValue& value) -> std::optional<KeyValue> {
                      const auto* text = std::get_if<std::string>(&value);
                      const bool known = text != nullptr && std::find(words.begin(), words.end(),
                                                                      *text) != words.end();
                      return known ? std::optional(value) : std::nullopt;
                  });
}

Option boolean_option(std::string name, std::string help) {
    return option(std::move(name), "true or false", std::move(help), as<bool>);
}

Option text_option(std::string name, std::string help) {
    return option(std::move(name), "a string", std::move(help),
                  [](const KeyValue& value) -> std::optional<KeyValue> {
                      const auto* text = std::get_if<std::string>(&value);
                      return text != nullptr && valid_utf8(*text) ? std::optional(value)
                                                                  : std::nullopt;
                  });
}

Option list_option(std::string name, const std::string& example, std::string help) {
    Option made = option(std::move(name), fmt::format("a list of names, as \"{}\"", example),
                         std::move(help), [](const KeyValue& value) -> std::optional<KeyValue> {
                             const auto* text = std::get_if<std::string>(&value);
                             if (text == nullptr) return std::nullopt;
                             try {
                                 return KeyValue(choices_text(read_choices(*text)));
                             } catch (const Error&) {
                                 return std::nullopt;
                             }
                         });
    made.list = true;
    return made;
}

} // namespace fedmrn
