// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <matio.h>

namespace fedmrn {

/// An array of a MAT file, its first dimension innermost ("column-major").
template <class Element> struct MatArray {
    std::vector<std::size_t> shape;
    std::vector<Element> elements;
};

/// A MAT file of level 5, little-endian, as MATLAB 5 to 7 save it, compressed or not; read by
/// libmatio. That takes a file cut in its middle for whole and returns what lay in memory, so the
/// constructor first walks the file: its elements must fill it to the last byte, and what is
/// compressed must inflate to its end with the right checksum. Every failure is an Error that names
/// the file.
class MatFile {
public:
    explicit MatFile(const std::string& path);

    /// An array of class uint8.
    MatArray<std::uint8_t> bytes(const std::string& name);

    /// An array of class uint8 or double.
    MatArray<double> numbers(const std::string& name);

private:
    template <class Element> MatArray<Element> read(const std::string& name, bool or_double);
    [[noreturn]] void fail(const std::string& found) const;

    struct Close {
        void operator()(mat_t* file) const;
    };
    std::string path_;
    std::uint64_t most_ = 0; ///< bytes that the file can come to
    std::unique_ptr<mat_t, Close> file_;
};

} // namespace fedmrn
