// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fedmrn/dataset.hpp"

// Images of bytes with a class each, which most data sets are: columns "x" and "label".
#pragma GCC visibility push(default)
namespace fedmrn {

/// Pixels are stored row by row with the channel innermost.
struct ImageShape {
    std::uint32_t height = 1, width = 1, channels = 1;
    [[nodiscard]] std::size_t size() const { return std::size_t{height} * width * channels; }
    [[nodiscard]] Tensor tensor() const { return {{height, width, channels}, Element::u8}; }
    bool operator==(const ImageShape&) const = default;
};

/// A split on its way to become columns.
struct Images {
    std::vector<std::uint8_t> pixels; ///< samples × height × width × channels
    std::vector<std::uint16_t> labels;
    std::vector<float> mean, deviation; ///< one a channel, as Column has them
};

/// Columns "x" and "label".
Split split_of(Images images, ImageShape shape, std::uint32_t classes);

Dataset image_dataset(std::string name, ImageShape shape, std::uint32_t classes, Images train,
                      Images test);

/// Of a data set that has these two columns and no other; else nothing.
std::optional<ImageShape> image_shape_of(const Dataset& dataset);

/// What a model sees of such a data set.
DataShape shape_of_images(ImageShape shape, std::uint32_t classes);

} // namespace fedmrn
#pragma GCC visibility pop
