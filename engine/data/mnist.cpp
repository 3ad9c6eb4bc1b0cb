// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/mnist.hpp"

#include <utility>

#include <fmt/format.h>

#include "engine/data/formats/idx.hpp"
#include "engine/data/normalise.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/images.hpp"

namespace fedmrn {
namespace {

constexpr std::uint32_t side = 28;

void transpose(std::vector<std::uint8_t>& pixels) {
    for (std::size_t image = 0; image < pixels.size(); image += std::size_t{side} * side) {
        for (std::size_t i = 0; i < side; ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                std::swap(pixels[image + i * side + j], pixels[image + j * side + i]);
            }
        }
    }
}

Images load_split(const MnistFamily& set, const std::string& folder, const std::string& prefix) {
    const std::string image_path = require_file(set.files, folder, prefix + "-images-idx3-ubyte");
    const std::string label_path = require_file(set.files, folder, prefix + "-labels-idx1-ubyte");
    IdxImages images = read_idx_images(image_path);
    if (images.height != side || images.width != side) {
        throw Error(fmt::format("{}: images of {} × {}, expected {} × {}", image_path,
                                images.height, images.width, side, side));
    }
    if (set.transposed) transpose(images.pixels);
    std::vector<std::uint16_t> labels = read_idx_labels(label_path, set.classes, set.first_label);
    if (labels.size() != images.count) {
        throw Error(fmt::format("{}: {} labels, expected {}, one an image of {}", label_path,
                                labels.size(), images.count, image_path));
    }
    Images split{std::move(images.pixels), std::move(labels), {}, {}};
    normalise_by_own_pixels(split, 1);
    return split;
}

struct EmnistPart {
    const char* name;
    std::uint32_t classes, first_label;
};

constexpr EmnistPart parts[] = {{"digits", 10, 0},  {"letters", 26, 1}, {"balanced", 47, 0},
                                {"byclass", 62, 0}, {"bymerge", 47, 0}, {"mnist", 10, 0}};

} // namespace

Dataset load_mnist_family(const MnistFamily& set, const std::string& folder) {
    const std::string chosen = choose_folder(set.files, folder, set.train + "-images-idx3-ubyte");
    return image_dataset(set.files.name, {side, side, 1}, set.classes,
                         load_split(set, chosen, set.train), load_split(set, chosen, set.test));
}

Dataset load_mnist(const std::string& folder) {
    return load_mnist_family(
        {{"mnist", "mnist", "", "MNIST distribution (yann.lecun.com/exdb/mnist)"},
         "train",
         "t10k",
         10},
        folder);
}

Dataset load_emnist(const std::string& part, const std::string& folder) {
    for (const EmnistPart& known : parts) {
        if (part != known.name) continue;
        const std::string prefix = "emnist-" + part;
        return load_mnist_family({{prefix, "emnist", "gzip", "EMNIST archive gzip.zip (NIST)"},
                                  prefix + "-train",
                                  prefix + "-test",
                                  known.classes,
                                  known.first_label,
                                  true},
                                 folder);
    }
    throw Error(fmt::format("emnist has no part \"{}\"", part));
}

} // namespace fedmrn
