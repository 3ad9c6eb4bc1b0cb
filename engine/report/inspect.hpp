// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace fedmrn {

/// What is in a file: an uplink message, or a safetensors file (a model, a checkpoint). Throws
/// Error for anything else.
std::string inspect(const std::filesystem::path& path);

/// The same as JSON, without the values.
std::string inspect_json(const std::filesystem::path& path);

} // namespace fedmrn
