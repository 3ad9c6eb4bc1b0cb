// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/new_folder.hpp"

#include <system_error>

#include "fedmrn/error.hpp"

namespace fedmrn {

namespace fs = std::filesystem;

NewFolder::NewFolder(const fs::path& folder) {
    std::error_code error;
    for (fs::path at = folder; !at.empty() && !fs::exists(at, error); at = at.parent_path())
        made_.push_back(at);
    fs::create_directories(folder, error);
    if (error)
        throw Error(folder.string() + ": cannot make this folder: " + error.message(), Fault::run);
}

NewFolder::~NewFolder() {
    std::error_code none;
    for (const fs::path& folder : made_) fs::remove(folder, none); // an empty one only
}

} // namespace fedmrn
