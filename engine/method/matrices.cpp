// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/matrices.hpp"

#include "engine/method/masked.hpp"

namespace fedmrn {

std::vector<MatrixPlace> matrices_of(const ParameterLayout& layout) {
    std::vector<MatrixPlace> places;
    for (const TensorSpec& tensor : masked_tensors(layout)) {
        const std::size_t rows = tensor.shape.at(0);
        places.push_back({.tensor = static_cast<std::uint32_t>(places.size()),
                          .offset = tensor.offset,
                          .rows = rows,
                          .columns = rows == 0 ? 0 : tensor.elements() / rows});
    }
    return places;
}

std::size_t place_floats(std::vector<MatrixPlace>& places) {
    std::size_t sent = 0;
    for (MatrixPlace& place : places) {
        place.at = sent;
        sent += place.floats;
    }
    return sent;
}

} // namespace fedmrn
