// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/svhn.hpp"

#include <utility>

#include <fmt/format.h>

#include "engine/data/folder.hpp"
#include "engine/data/formats/mat_file.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/images.hpp"

namespace fedmrn {
namespace {

constexpr std::size_t side = 32, channels = 3, plane = side * side, image = plane * channels;
constexpr int ten = 10; // the label of the digit 0

Images load_split(const std::string& path) {
    MatFile file(path);
    const MatArray<std::uint8_t> x = file.bytes("X");
    const std::size_t samples = x.elements.size() / image;
    if (x.shape.size() != 4 || samples == 0 || x.shape[0] != side || x.shape[1] != side ||
        x.shape[2] != channels) {
        throw Error(fmt::format("{}: X is {}, expected 32 × 32 × 3 × samples", path,
                                fmt::join(x.shape, " × ")));
    }
    const MatArray<double> y = file.numbers("y");
    if (y.shape != std::vector<std::size_t>{samples, 1}) {
        throw Error(fmt::format("{}: y is {}, expected {} × 1, one an image", path,
                                fmt::join(y.shape, " × "), samples));
    }
    Images split;
    split.pixels.resize(x.elements.size());
    split.labels.reserve(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        const std::uint8_t* from = x.elements.data() + i * image;
        std::uint8_t* to = split.pixels.data() + i * image;
        for (std::size_t row = 0; row < side; ++row) {
            for (std::size_t column = 0; column < side; ++column) {
                for (std::size_t c = 0; c < channels; ++c) {
                    *to++ = from[c * plane + column * side + row];
                }
            }
        }
        const double label = y.elements[i];
        if (!(label >= 1 && label <= ten && label == static_cast<int>(label))) {
            throw Error(fmt::format("{}: label {} of sample {}, expected a digit in 1 … 10", path,
                                    label, i));
        }
        split.labels.push_back(static_cast<std::uint16_t>(static_cast<int>(label) % ten));
    }
    return split;
}

} // namespace

Dataset load_svhn(const std::string& folder) {
    const FileSet set{"svhn", "svhn", "",
                      "Street View House Numbers, format 2 (ufldl.stanford.edu/housenumbers)",
                      false};
    const std::string chosen = choose_folder(set, folder, "train_32x32.mat");
    Images train = load_split(require_file(set, chosen, "train_32x32.mat"));
    Images test = load_split(require_file(set, chosen, "test_32x32.mat"));
    // Each split's own pixels, of all channels together, as the FedMRN authors have it.
    train.mean.assign(channels, 0.4496F);
    train.deviation.assign(channels, 0.1995F);
    test.mean.assign(channels, 0.4560F);
    test.deviation.assign(channels, 0.2244F);
    return image_dataset("svhn", {side, side, channels}, 10, std::move(train), std::move(test));
}

} // namespace fedmrn
