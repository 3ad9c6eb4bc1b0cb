// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/file.h>

#include "engine/base/file.hpp"

namespace fedmrn {

/// Held while a process runs in a folder; the system lets go of it however the process ends.
class FolderLock {
public:
    using Flock = int (*)(int, int);
    enum class Hold : std::uint8_t { alone, together };
    /// Throws Error where another process holds it alone, or holds it at all and this one would
    /// alone. lock: flock(2), or another in its place.
    explicit FolderLock(const std::filesystem::path& folder, Flock lock = ::flock,
                        Hold hold = Hold::alone);
    /// Nothing of it stays in the folder, where it was held alone.
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    /// One line where the file system has no locks and nothing is held; else empty.
    [[nodiscard]] const std::string& warning() const { return warning_; }

private:
    std::filesystem::path path_;
    Descriptor file_;
    std::string warning_;
    Hold hold_;
};

} // namespace fedmrn
