// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "engine/config/same_run.hpp"
#include "engine/config/schema.hpp"
#include "engine/config/stage_keys.hpp"

namespace fedmrn {
std::string to_toml(const Config& config) {
    std::string text, section;
    for (const Key& key : config_keys()) {
        if (!key.speaks_to(config) || key.section == "stage" || is_stage_section(key.section))
            continue; // those come as tables, in their own order
        if (!key.written && key.get(config) == key.fallback(config)) continue;
        if (key.section != section) {
            text += fmt::format("{}[{}]\n", section.empty() ? "" : "\n", key.section);
            section = key.section;
        }
        text += fmt::format("{} = {}\n", key.name, value_text(key.get(config)));
    }
    return text + stages_toml(config);
}

} // namespace fedmrn
