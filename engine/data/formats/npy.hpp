// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fedmrn {

/// An array of NumPy's .npy format (numpy.org: lib.format), versions 1 to 3.
struct NpyArray {
    std::string type; ///< as NumPy writes it: "|u1", "<i8"
    std::vector<std::uint64_t> shape;
    std::size_t header = 0;                 ///< bytes before the elements
    [[nodiscard]] std::size_t item() const; ///< bytes an element; 0: no number
};

/// Reads the header and compares its shape with the bytes that follow. Throws Error that begins
/// with `where`, for what is no C-ordered array too.
NpyArray parse_npy(std::span<const std::uint8_t> bytes, const std::string& where);

} // namespace fedmrn
