// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

namespace fedmrn {

/// A folder that is there while one of these lives. What had to be made for it, the folders around
/// it too, goes again unless it is kept or something was put there.
class NewFolder {
public:
    /// Throws Error (Fault::run) where it cannot be made.
    explicit NewFolder(const std::filesystem::path& folder);
    ~NewFolder();
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;

    void keep() { made_.clear(); }

private:
    std::vector<std::filesystem::path> made_; ///< the innermost first
};

} // namespace fedmrn
