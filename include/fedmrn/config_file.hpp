// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fedmrn/config.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// Lines about keys of a file that a choice of the overrides has left without effect.
using Notes = std::vector<std::string>;

/// Reads a TOML file, then the overrides "section.key=value" in their order. Strict: anything
/// unknown, of a wrong type, out of range or without effect throws Error. What the file leaves out
/// takes its default, which may follow other keys (docs/keys.md). A run's own config.toml means the
/// folder that it lies in, wherever that was copied to.
Config load_config(const std::filesystem::path& file, std::span<const std::string> overrides = {},
                   Notes* notes = nullptr);

/// The same from memory; file_name is for messages and experiment.out.
Config parse_config(std::string_view text, std::string_view file_name,
                    std::span<const std::string> overrides = {}, Notes* notes = nullptr);

/// Every key that has an effect, as a file that parse_config reads back to the same Config.
std::string to_toml(const Config& config);

} // namespace fedmrn
#pragma GCC visibility pop
