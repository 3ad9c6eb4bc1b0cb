// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/part.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/suggest.hpp"
#include "engine/base/text.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/registry.hpp"

namespace fedmrn {
namespace {

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
    const std::string_view near = nearest(word, known);
    return near.empty() ? "" : fmt::format("; did you mean {}?", near);
}

/// who: the part, as the reader knows it.
[[noreturn]] void unknown_option(const Part& part, std::string_view key, const std::string& who) {
    std::vector<std::string_view> known;
    for (const Option& option : part.options) {
        known.emplace_back(option.name);
    }
    throw Error(fmt::format("{}: unknown option {}; expected {}{}", who, one_line(key),
                            known.empty() ? "none" : alternatives(known), suggestion(key, known)));
}

} // namespace

const Option* Part::option(std::string_view key) const {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const Option& option) { return option.name == key; });
    return found == options.end() ? nullptr : &*found;
}

KeyValue Part::value(std::string_view key, const Options& said) const {
    const Option* option = this->option(key);
    if (option == nullptr) {
        unknown_option(*this, key, name);
    }
    const auto found = said.find(key);
    const auto value = found != said.end() ? option->accept(found->second) : std::nullopt;
    return value ? *value : option->fallback_with(said);
}

void check_options(const Part& part, const Options& said, const std::string& where) {
    for (const auto& [key, value] : said) {
        const Option* option = part.option(key);
        if (option == nullptr) {
            unknown_option(part, key, where + " = " + part.name);
        }
        if (!option->accept(value)) {
            throw Error(fmt::format("{} = {}: {}: expected {}, found {}", where, part.name, key,
                                    option->expected, one_line(value_text(value))));
        }
    }
    if (!part.check) {
        return;
    }
    try {
        part.check(said);
    } catch (const Error& error) {
        throw Error(fmt::format("{} = {}: {}", where, part.name, error.what()));
    }
}

void unknown_part(const std::string& key, std::string_view name,
                  const std::vector<const Part*>& parts) {
    std::vector<std::string_view> known;
    for (const Part* part : parts) {
        known.emplace_back(part->name);
    }
    throw Error(fmt::format("{}: expected {}, found {}{}", key, quoted_alternatives(known),
                            one_line(value_text(KeyValue(std::string(name)))),
                            suggestion(name, known)));
}

void check_new_part(const std::string& key, const Part& part,
                    const std::vector<const Part*>& parts) {
    if (part.name.empty()) {
        throw Error(fmt::format("{}: a part without a name cannot be registered", key));
    }
    for (const Part* other : parts) {
        if (other->name == part.name) {
            throw Error(fmt::format("{}: \"{}\" is registered already", key, part.name));
        }
    }
}

void taken_number(const std::string& key, const Part& part, const Part& other, unsigned number) {
    throw Error(
        fmt::format("{}: \"{}\" has the number {} of \"{}\"", key, part.name, number, other.name));
}

} // namespace fedmrn
