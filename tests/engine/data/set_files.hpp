// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"
#include "support.hpp"

namespace fedmrn::test {

/// The files of a data set, as its reader finds them: in the folder that [data] path says.
struct SetFiles {
    void put(const std::string& name, const Bytes& bytes) { path = folder.write(name, bytes); }
    void put(const std::string& name, const std::string& text) {
        put(name, Bytes(text.begin(), text.end()));
    }
    [[nodiscard]] Dataset load(const std::string& name) const {
        DataConfig config;
        config.name = name;
        config.path = folder.path();
        return load_dataset(config, 1);
    }
    [[nodiscard]] std::string error(const std::string& name) const {
        return error_of([&] { static_cast<void>(load(name)); });
    }
    Folder folder;
    std::string path; ///< of the last file put
};

/// The first n bytes of a file.
inline Bytes cut(const Bytes& whole, std::size_t n) {
    return {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n)};
}

/// A file with one bit the other way round.
inline Bytes flipped(Bytes bytes, std::size_t bit) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    return bytes;
}

inline Bytes read_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace fedmrn::test
