// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string_view>

namespace fedmrn {

/// Replaces the file at path by the parts, one after the other: whoever reads it, after a crash
/// too, finds the old bytes or the new ones and never a mixture. Throws Error (Fault::run) where it
/// cannot; the old file is then untouched. Two writers of one path must not run at the same time.
void write_atomically(const std::filesystem::path& path,
                      std::initializer_list<std::span<const std::byte>> parts);
void write_atomically(const std::filesystem::path& path,
                      std::span<const std::span<const std::byte>> parts);
void write_atomically(const std::filesystem::path& path, std::string_view text);

/// Where the bytes wait for the rename.
std::filesystem::path temporary_of(const std::filesystem::path& path);

} // namespace fedmrn
