// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/config/schema.hpp"
#include "engine/config/stage_keys.hpp"

#include <fmt/format.h>

namespace fedmrn {
namespace {

std::string default_text(const Key& key) {
    return key.preset.value ? key.preset.text : value_text(key.get(Config{}));
}

/// A section's title: "[client]", "[[stage]] name = \"half\"".
std::string title_of(const std::string& section) {
    if (is_stage_section(section))
        return fmt::format("[[stage]] name = \"{}\"", section.substr(stage_section("").size()));
    return section == "stage" ? "[[stage]]" : "[" + section + "]";
}

} // namespace

const Key* find_key(std::string_view section, std::string_view name) {
    for (const Key& k : config_keys())
        if (k.section == section && k.name == name) return &k;
    return nullptr;
}

std::string keys_text(std::string_view part) {
    std::string text;
    for (const Key& key : config_keys()) {
        if (key.full().find(part) == std::string::npos) continue;
        text += fmt::format("{}\n    {}\n    {}; default {}\n", key.full(), key.help, key.expected,
                            default_text(key));
        if (key.when.holds) text += fmt::format("    only with {}\n", key.when.text);
    }
    return text;
}

std::string keys_markdown() {
    std::string text =
        "# Keys of an experiment\n\nWhat `fedmrn keys` prints. A key that has no "
        "effect with the choices made is refused, or named where\nthe choice came by "
        "`--set` and the key from the file. A key that nobody sets takes its "
        "default.\n";
    std::string section;
    const auto cell = [](std::string value) {
        for (std::size_t at = 0; (at = value.find('|', at)) != std::string::npos; at += 2)
            value.insert(at, 1, '\\');
        return value;
    };
    for (const Key& key : config_keys()) {
        if (key.section != section)
            text += fmt::format("\n## {}\n\n| key | what | takes | default | only with "
                                "|\n|---|---|---|---|---|\n",
                                title_of(section = key.section));
        text += fmt::format("| `{}` | {} | {} | {} | {} |\n", key.name, cell(key.help),
                            cell(key.expected), cell(default_text(key)), cell(key.when.text));
    }
    return text;
}

} // namespace fedmrn
