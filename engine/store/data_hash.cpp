// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/data_hash.hpp"

#include <span>

#include <fmt/core.h>

#include "engine/base/crc32c.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/images.hpp"

namespace fedmrn {
namespace {

/// Of several arrays, told apart by their lengths.
class Hash {
public:
    template <class Array> Hash& add(const Array& array) {
        const auto bytes = std::as_bytes(std::span(array));
        text_ += fmt::format("{} {:08x}\n", bytes.size(), crc32c(bytes));
        return *this;
    }
    [[nodiscard]] std::string hex() const {
        return fmt::format("{:08x}", crc32c(std::as_bytes(std::span(text_))));
    }

private:
    std::string text_;
};

/// Images with a class each: stored runs have hashes of this form.
std::string image_hash(const ImageShape& shape, std::uint32_t classes, const Split& split) {
    const std::uint32_t sizes[] = {shape.height, shape.width, shape.channels, classes};
    const Column &x = split.columns[0], &label = split.columns[1];
    return Hash().add(sizes).add(x.values).add(label.values).add(x.mean).add(x.deviation).hex();
}

std::string split_hash(const Dataset& dataset, const Split& split) {
    if (const auto image = image_shape_of(dataset)) {
        return image_hash(*image, dataset.classes(), split);
    }
    Hash hash;
    for (const Column& column : split.columns) {
        hash.add(fmt::format("{} below {}", text_of(column), column.below))
            .add(column.values)
            .add(column.offsets)
            .add(column.mean)
            .add(column.deviation);
    }
    return hash.hex();
}

} // namespace

std::string DataHash::text() const {
    return training + '-' + test + '-' + partition + (teacher.empty() ? "" : '-' + teacher);
}

DataHash hash_of(const Dataset& dataset, const ClientSplit& clients) {
    Hash held;
    held.add(clients.first).add(clients.order);
    if (!clients.validation.empty()) held.add(clients.validation);
    return {split_hash(dataset, dataset.train), split_hash(dataset, dataset.test), held.hex()};
}

void require_same_data(const std::string& stored, const DataHash& now, const std::string& folder) {
    if (stored == now.text()) return;
    const auto part = [&](std::size_t i) { return stored.substr(i * 9, 8); };
    const char* what = part(0) != now.training    ? "the training samples are others"
                       : part(1) != now.test      ? "the test samples are others"
                       : part(2) != now.partition ? "the samples are dealt out otherwise"
                                                  : "the teacher's weights are others";
    throw Error(fmt::format("{}: cannot resume: {} than those that the run began with (data hash "
                            "{}, now {})",
                            folder, what, stored, now.text()));
}

} // namespace fedmrn
