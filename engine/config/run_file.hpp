// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace fedmrn {

/// The first line of a run's config.toml, by which it is known: the folder around it is the run's.
inline constexpr std::string_view run_config_mark = "# The configuration of the run in this folder";

/// Whether a file is a run's own config.toml.
bool is_run_config(const std::filesystem::path& file);

} // namespace fedmrn
