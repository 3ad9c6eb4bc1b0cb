// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/reading.hpp"

#include "fedmrn/error.hpp"

namespace fedmrn {

ByteReading reading_of(const Column& column) {
    const std::vector<std::size_t>& shape = column.tensor.shape;
    ByteReading reading;
    for (std::size_t c = 0; c < (shape.empty() ? 1 : shape.back()); ++c) {
        const float mean = column.mean.empty() ? 0.0f : column.mean[c];
        const float deviation = column.deviation.empty() ? 1.0f : column.deviation[c];
        reading.scale.push_back(1.0f / (255.0f * deviation));
        reading.shift.push_back(-mean / deviation);
    }
    return reading;
}

std::vector<float> reals_of(const Column& column, std::size_t first, std::size_t count) {
    const std::size_t size = column.tensor.elements();
    if (column.tensor.rows != Rows{}) {
        throw Error("column " + column.name + ": expected one row a sample");
    }
    if (column.tensor.element == Element::f32) {
        const auto values = column.as<float>().subspan(first * size, count * size);
        return {values.begin(), values.end()};
    }
    const ByteReading reading = reading_of(column);
    const std::size_t channels = reading.scale.size();
    std::vector<float> reals;
    reals.reserve(count * size);
    for (const std::uint8_t byte : column.as<std::uint8_t>().subspan(first * size, count * size)) {
        const std::size_t c = reals.size() % channels; // a row has all channels of each pixel
        reals.push_back(static_cast<float>(byte) * reading.scale[c] + reading.shift[c]);
    }
    return reals;
}

} // namespace fedmrn
