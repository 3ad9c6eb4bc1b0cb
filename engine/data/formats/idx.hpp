// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fedmrn {

/// The IDX format of the MNIST family (yann.lecun.com/exdb/mnist): two zero bytes, element type,
/// number of dimensions, the dimensions as big-endian 32-bit counts, then the elements.

/// idx3-ubyte: count × height × width bytes.
struct IdxImages {
    std::uint32_t count = 0, height = 0, width = 0;
    std::vector<std::uint8_t> pixels;
};

/// Both read plain and gzipped files and take nothing but exactly the announced bytes. Throws Error
/// that names the file, what was found and what was expected.
IdxImages read_idx_images(const std::string& path);

/// idx1-ubyte: one byte a sample, first … first + classes - 1 (below 256); returned from 0 on.
std::vector<std::uint16_t> read_idx_labels(const std::string& path, std::uint32_t classes,
                                           std::uint32_t first = 0);

} // namespace fedmrn
