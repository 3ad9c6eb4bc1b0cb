// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/folder.hpp"

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "fedmrn/error.hpp"

namespace fedmrn {
namespace fs = std::filesystem;

std::vector<std::string> usual_places(const std::string& name) {
    std::vector<std::string> places;
    const auto add_under = [&](const char* variable, const std::string& below) {
        const char* value = std::getenv(variable);
        if (value != nullptr && *value != '\0')
            places.push_back((fs::path(value) / below).string());
    };
    add_under("FEDMRN_DATA", name);
    places.push_back("/usr/share/datasets/" + name);
    add_under("HOME", ".local/share/fedmrn/" + name);
    places.push_back("data/" + name);
    return places;
}

std::optional<std::string> find_file(const std::string& folder, const std::string& file,
                                     bool gzipped) {
    for (const char* suffix : {"", ".gz"}) {
        if (*suffix != '\0' && !gzipped) break;
        const fs::path path = fs::path(folder) / (file + suffix);
        std::error_code ignored;
        if (fs::exists(path, ignored)) return path.string();
    }
    return std::nullopt;
}

std::string choose_folder(const FileSet& set, const std::string& given, const std::string& file) {
    const std::vector<std::string> places =
        given.empty() ? usual_places(set.folder) : std::vector{given};
    std::string list;
    for (const std::string& place : places) {
        if (find_file(place, file, set.gzipped)) return place;
        std::string inner = (fs::path(place) / set.inner).string();
        if (!set.inner.empty() && find_file(inner, file, set.gzipped)) return inner;
        list += list.empty() ? place : ", " + place;
    }
    throw Error(
        fmt::format("{}: no {}{} in {}; expected the files of the {} or another [data] path",
                    set.name, file, set.gzipped ? "[.gz]" : "", list, set.source));
}

std::string require_file(const FileSet& set, const std::string& folder, const std::string& file) {
    if (std::optional<std::string> path = find_file(folder, file, set.gzipped)) return *path;
    throw Error(fmt::format("{}: no {}{} in this folder, expected all files of the {}", folder,
                            file, set.gzipped ? "[.gz]" : "", set.source));
}

} // namespace fedmrn
