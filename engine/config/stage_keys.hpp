// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/config/schema.hpp"

namespace fedmrn {

/// Section of the keys of a stage's options: "stage.half".
std::string stage_section(std::string_view name);
/// Whether a section is a stage's.
bool is_stage_section(std::string_view section);
/// Whether a configuration has this stage.
bool has_stage(const Config& config, std::string_view name);

/// The key of the stages' names, "half, deflate" in their order, and one for each option of each
/// stage that there is.
std::vector<Key> stage_keys();

/// The tables [[stage]] of a configuration.
std::string stages_toml(const Config& config);

} // namespace fedmrn
