// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include "support.hpp"

namespace fedmrn::test {

inline void append(Bytes& bytes, std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}
inline void append(Bytes& bytes, const std::string& text) {
    bytes.insert(bytes.end(), text.begin(), text.end());
}
inline void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

/// An array as numpy.save writes it, version 1: header padded to 64 bytes.
inline Bytes npy(const std::string& type, const std::string& shape, const Bytes& elements,
                 const std::string& fortran = "False") {
    std::string header =
        fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}", type, fortran, shape);
    header.append(63 - (10 + header.size()) % 64, ' ');
    header += '\n';
    Bytes bytes;
    append(bytes, "\x93NUMPY\x01");
    append(bytes, 0, 1);
    append(bytes, header.size(), 2);
    append(bytes, header);
    append(bytes, elements);
    return bytes;
}

inline Bytes raw_deflate(const Bytes& plain) {
    const Bytes whole = gzip(plain); // 10 bytes of header, 8 of trailer
    return {whole.begin() + 10, whole.end() - 8};
}

struct ZipMember {
    std::string name;
    Bytes plain;
};

/// A zip as Python's zipfile writes it for numpy.savez (method 0) and savez_compressed (8): the
/// local header with its sizes in a zip64 field, the directory with plain ones.
inline Bytes zip(const std::vector<ZipMember>& members, int method) {
    Bytes bytes, directory;
    for (const ZipMember& member : members) {
        const Bytes packed = method == 8 ? raw_deflate(member.plain) : member.plain;
        const auto crc = crc32_z(0, member.plain.data(), member.plain.size());
        const std::size_t offset = bytes.size();
        const auto common = [&](Bytes& out, std::uint64_t packed_size, std::uint64_t plain_size) {
            append(out, 45, 2); // version needed: zip64
            append(out, 0, 2);  // flags
            append(out, static_cast<std::uint64_t>(method), 2);
            append(out, 0x00210000, 4); // 1 January 1980, as NumPy has it
            append(out, crc, 4);
            append(out, packed_size, 4);
            append(out, plain_size, 4);
            append(out, member.name.size(), 2);
        };
        append(bytes, 0x04034b50, 4);
        common(bytes, 0xffffffff, 0xffffffff);
        append(bytes, 20, 2); // of the extra field
        append(bytes, member.name);
        append(bytes, 1, 2);
        append(bytes, 16, 2);
        append(bytes, member.plain.size(), 8);
        append(bytes, packed.size(), 8);
        append(bytes, packed);

        append(directory, 0x02014b50, 4);
        append(directory, 0x032d, 2); // made by
        common(directory, packed.size(), member.plain.size());
        append(directory, 0, 2 + 2 + 2); // extra, comment, disk
        append(directory, 0, 2 + 4);     // attributes
        append(directory, offset, 4);
        append(directory, member.name);
    }
    const std::size_t start = bytes.size();
    append(bytes, directory);
    append(bytes, 0x06054b50, 4);
    append(bytes, 0, 4);
    append(bytes, members.size(), 2);
    append(bytes, members.size(), 2);
    append(bytes, directory.size(), 4);
    append(bytes, start, 4);
    append(bytes, 0, 2);
    return bytes;
}

} // namespace fedmrn::test
