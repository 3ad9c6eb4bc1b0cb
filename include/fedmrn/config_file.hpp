// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "fedmrn/config.hpp"

namespace fedmrn {

/// Reads a TOML file, then the overrides "section.key=value" in their order. Strict: anything
/// unknown, of a wrong type or out of range throws Error. What the file leaves out takes its
/// default; client.lr and method.magnitude depend on the method, experiment.out on the file's name.
Config load_config(const std::filesystem::path& file, std::span<const std::string> overrides = {});

/// The same from memory; file_name is for messages and experiment.out.
Config parse_config(std::string_view text, std::string_view file_name,
                    std::span<const std::string> overrides = {});

/// Every key, as a file that parse_config reads back to the same Config.
std::string to_toml(const Config& config);

} // namespace fedmrn
