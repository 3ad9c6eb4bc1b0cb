// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "engine/run/file.hpp"

namespace fedmrn {

/// Held while a process runs in a folder; the system lets go of it however the process ends.
class FolderLock {
public:
    /// Throws Error where another process holds it.
    explicit FolderLock(const std::filesystem::path& folder);
    [[nodiscard]] const std::filesystem::path& file() const { return path_; }

private:
    std::filesystem::path path_;
    Descriptor file_;
};

} // namespace fedmrn
