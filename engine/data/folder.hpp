// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace fedmrn {

/// Where a data set's files are looked for when no path is given, in order: $FEDMRN_DATA/name,
/// /usr/share/datasets/name, ~/.local/share/fedmrn/name, data/name.
std::vector<std::string> usual_places(const std::string& name);

/// The file of that name, or of that name with .gz where it may be gzipped.
std::optional<std::string> find_file(const std::string& folder, const std::string& file,
                                     bool gzipped = true);

/// A data set as it lies on the disk.
struct FileSet {
    std::string name;   ///< in the configuration and in messages
    std::string folder; ///< of the usual places
    std::string inner; ///< folder that the published archive unpacks to, looked into as well; or ""
    std::string source;  ///< where the files come from: "Debian package …"
    bool gzipped = true; ///< a file may be there as .gz instead
};

/// The folder that holds the file: the given one, or where none is given the first of the usual
/// places. Throws Error that lists where it was looked for.
std::string choose_folder(const FileSet& set, const std::string& given, const std::string& file);

/// The path of a file of a folder already chosen. Throws Error where it is missing.
std::string require_file(const FileSet& set, const std::string& folder, const std::string& file);

} // namespace fedmrn
