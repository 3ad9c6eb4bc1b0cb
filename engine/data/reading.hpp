// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "fedmrn/columns.hpp"

// How a model reads the numbers of a column.
namespace fedmrn {

/// A byte as a real: (byte / 255 − mean) / deviation as byte · scale + shift, one a channel.
struct ByteReading {
    std::vector<float> scale, shift;
};
ByteReading reading_of(const Column& column);

/// Samples first … first + count − 1 as reals, [count][elements], channels innermost: the floats
/// that an evaluation puts into a batch. Throws Error where the column is not of bytes or float32,
/// one row a sample.
std::vector<float> reals_of(const Column& column, std::size_t first, std::size_t count);

} // namespace fedmrn
