// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "engine/config/same_run.hpp"
#include "engine/config/schema.hpp"

namespace fedmrn {
std::string to_toml(const Config& config) {
    std::string text, section;
    for (const Key& key : config_keys()) {
        if (!key.speaks_to(config)) continue;
        if (!key.written && key.get(config) == key.fallback(config)) continue;
        if (key.section != section) {
            text += fmt::format("{}[{}]\n", section.empty() ? "" : "\n", key.section);
            section = key.section;
        }
        text += fmt::format("{} = {}\n", key.name, value_text(key.get(config)));
    }
    return text;
}

} // namespace fedmrn
