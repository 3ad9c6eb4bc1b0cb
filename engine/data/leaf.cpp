// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/leaf.hpp"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include <fmt/format.h>

#include "engine/data/folder.hpp"
#include "engine/data/formats/leaf_file.hpp"
#include "engine/data/normalise.hpp"
#include "engine/data/users.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/images.hpp"

namespace fedmrn {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> json_files(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code failed;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with('.')) continue; // "._…": what macOS adds to an archive
        if (name.ends_with(".json") || name.ends_with(".json.gz")) files.push_back(name);
    }
    if (failed) throw Error(fmt::format("{}: cannot be listed: {}", folder, failed.message()));
    if (files.empty())
        throw Error(fmt::format("{}: no .json[.gz] in this folder, expected those of LEAF's "
                                "preprocess.sh",
                                folder));
    std::sort(files.begin(), files.end());
    for (std::string& file : files) {
        file = (fs::path(folder) / file).string();
    }
    return files;
}

/// Reads the files of a split; `user` is called with the name of each of its users that has samples
/// and with how many. A file's users are freed one by one as they are taken over.
template <class Call>
Images read_split(const std::string& folder, LeafSample kind, const Call& user) {
    Images split;
    std::unordered_set<std::string> seen;
    for (const std::string& path : json_files(folder)) {
        LeafFile file = read_leaf(path, kind);
        for (const std::string& name : file.users) {
            if (!seen.insert(name).second)
                throw Error(fmt::format("{}: a user who was named before, in it or in another file "
                                        "of the folder, expected each once",
                                        path));
            const LeafUser data = std::move(file.data.extract(name).mapped());
            split.pixels.insert(split.pixels.end(), data.x.begin(), data.x.end());
            split.labels.insert(split.labels.end(), data.y.begin(), data.y.end());
            if (!data.y.empty()) user(name, data.y.size());
        }
    }
    if (split.labels.empty()) throw Error(folder + ": no samples in the files of this folder");
    normalise_by_own_pixels(split, 1);
    return split;
}

Dataset load(const std::string& name, ImageShape shape, std::uint32_t classes,
             const std::string& folder, LeafSample kind) {
    const FileSet set{name, name, "data",
                      "LEAF benchmark (leaf.cmu.edu), train/*.json "
                      "and test/*.json,",
                      false};
    const fs::path chosen = choose_folder(set, folder, "train/");
    require_file(set, chosen.string(), "test/"); // before minutes of reading
    Users users;
    Images train =
        read_split((chosen / "train").string(), kind,
                   [&](const std::string& user, std::size_t n) { users.trains(user, n); });
    Images test = read_split((chosen / "test").string(), kind,
                             [&](const std::string& user, std::size_t n) { users.tests(user, n); });
    Dataset data = image_dataset(name, shape, classes, std::move(train), std::move(test));
    users.move_to(data);
    return data;
}

} // namespace

Dataset load_leaf_femnist(const std::string& folder) {
    return load("leaf-femnist", {leaf_image_side, leaf_image_side, 1}, leaf_image_classes, folder,
                LeafSample::image);
}

Dataset load_leaf_shakespeare(const std::string& folder) {
    Dataset data =
        load("leaf-shakespeare", {1, leaf_text_length, 1}, leaf_letters, folder, LeafSample::text);
    for (Split* split : {&data.train, &data.test}) {
        split->columns.front().below = leaf_letters; // a model may read them as tokens
    }
    return data;
}

} // namespace fedmrn
