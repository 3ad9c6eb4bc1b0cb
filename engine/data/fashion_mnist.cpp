// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/fashion_mnist.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/data/idx.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t side = 28, classes = 10;
constexpr const char* package = "Debian package dataset-fashion-mnist";

std::optional<std::string> find(const std::string& folder, const std::string& stem) {
    for (const char* suffix : {"", ".gz"}) {
        const fs::path path = fs::path(folder) / (stem + suffix);
        std::error_code ignored;
        if (fs::exists(path, ignored)) return path.string();
    }
    return std::nullopt;
}

std::string choose_folder(const std::string& given) {
    const std::vector<std::string> places =
        given.empty() ? fashion_mnist_places() : std::vector{given};
    std::string list;
    for (const std::string& place : places) {
        if (find(place, "train-images-idx3-ubyte")) return place;
        list += list.empty() ? place : ", " + place;
    }
    throw Error(
        fmt::format("fashion-mnist: no train-images-idx3-ubyte[.gz] in {}; expected the files "
                    "of the {} or another [data] path",
                    list, package));
}

std::string require(const std::string& folder, const std::string& stem) {
    if (std::optional<std::string> path = find(folder, stem)) return *path;
    throw Error(fmt::format("{}: no {}[.gz] in this folder, expected the four files of the {}",
                            folder, stem, package));
}

Split load_split(const std::string& folder, const std::string& prefix, float mean,
                 float deviation) {
    const std::string image_path = require(folder, prefix + "-images-idx3-ubyte");
    const std::string label_path = require(folder, prefix + "-labels-idx1-ubyte");
    IdxImages images = read_idx_images(image_path);
    if (images.height != side || images.width != side) {
        throw Error(fmt::format("{}: images of {} × {}, expected {} × {}", image_path,
                                images.height, images.width, side, side));
    }
    std::vector<std::uint16_t> labels = read_idx_labels(label_path, classes);
    if (labels.size() != images.count) {
        throw Error(fmt::format("{}: {} labels, expected {}, one an image of {}", label_path,
                                labels.size(), images.count, image_path));
    }
    return {std::move(images.pixels), std::move(labels), {mean}, {deviation}};
}

} // namespace

std::vector<std::string> fashion_mnist_places() {
    std::vector<std::string> places;
    const auto add_under = [&](const char* variable, const char* below) {
        const char* value = std::getenv(variable);
        if (value != nullptr && *value != '\0')
            places.push_back((fs::path(value) / below).string());
    };
    add_under("FEDMRN_DATA", "fashion-mnist");
    places.emplace_back("/usr/share/datasets/fashion-mnist");
    add_under("HOME", ".local/share/fedmrn/fashion-mnist");
    places.emplace_back("data/fashion-mnist");
    return places;
}

Dataset load_fashion_mnist(const std::string& folder) {
    const std::string chosen = choose_folder(folder);
    // Mean and deviation of each split's own pixels, as the FedMRN authors normalise.
    return {"fashion-mnist",
            {side, side, 1},
            classes,
            load_split(chosen, "train", 0.2860F, 0.3530F),
            load_split(chosen, "t10k", 0.2868F, 0.3524F)};
}

} // namespace fedmrn
