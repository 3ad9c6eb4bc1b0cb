// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/images.hpp"

#include <utility>

namespace fedmrn {

Split split_of(Images images, ImageShape shape, std::uint32_t classes) {
    Column x("x", shape.tensor(), std::move(images.pixels));
    x.mean = std::move(images.mean);
    x.deviation = std::move(images.deviation);
    return {{std::move(x), Column("label", labels(), std::move(images.labels), {}, classes)}};
}

Dataset image_dataset(std::string name, ImageShape shape, std::uint32_t classes, Images train,
                      Images test) {
    return {std::move(name), split_of(std::move(train), shape, classes),
            split_of(std::move(test), shape, classes)};
}

std::optional<ImageShape> image_shape_of(const Dataset& dataset) {
    const std::vector<Column>& columns = dataset.train.columns;
    if (columns.size() != 2 || columns[0].name != "x" || columns[1].name != "label" ||
        dataset.classes() == 0) {
        return std::nullopt;
    }
    const Tensor& image = columns[0].tensor;
    if (image.shape.size() != 3 || image.element != Element::u8 || image.rows != Rows{}) {
        return std::nullopt;
    }
    const auto side = [&](std::size_t i) { return static_cast<std::uint32_t>(image.shape[i]); };
    return ImageShape{side(0), side(1), side(2)};
}

DataShape shape_of_images(ImageShape shape, std::uint32_t classes) {
    return {{{"x", shape.tensor()}, {"label", labels(), classes}}, "label", classes};
}

} // namespace fedmrn
