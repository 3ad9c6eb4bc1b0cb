// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/config.hpp"
#include "fedmrn/images.hpp"
#include "fedmrn/schema.hpp"
#include "tests/house/toys.hpp"

// A data set: images of two classes, stripes that lie or stand.
namespace fedmrn::test {
namespace {

struct StripesOptions {
    std::uint32_t stripes = 7; ///< of an image
};

Images images(std::uint32_t stripes, std::size_t samples) {
    constexpr std::uint32_t side = 28;
    Images split;
    split.mean = {0.5f};
    split.deviation = {0.5f};
    for (std::size_t i = 0; i < samples; ++i) {
        const bool standing = i % 2 == 1;
        split.labels.push_back(standing ? 1 : 0);
        for (std::uint32_t p = 0; p < side * side; ++p) {
            const std::uint32_t along = standing ? p % side : p / side;
            split.pixels.push_back(along * stripes / side % 2 == 0 ? 255 : 0);
        }
    }
    return split;
}

} // namespace

void register_stripes() {
    const auto schema = Schema<StripesOptions>().integer("stripes", &StripesOptions::stripes, 1, 28,
                                                         "stripes of an image");
    DatasetEntry entry{{"stripes", "Stripes", "lying or standing stripes", schema.options()}};
    entry.files = false;
    entry.load = [schema](const DataConfig& config, std::uint64_t /*seed*/) {
        const std::uint32_t stripes = schema.read(config.options).stripes;
        return image_dataset("stripes", {28, 28, 1}, 2, images(stripes, 240), images(stripes, 60));
    };
    datasets().add(std::move(entry));
}

} // namespace fedmrn::test
