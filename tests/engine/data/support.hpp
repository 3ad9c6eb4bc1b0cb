// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include "fedmrn/error.hpp"

namespace fedmrn::test {

using Bytes = std::vector<std::uint8_t>;

/// A folder of its own that is gone when the test is over.
class Folder {
public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "fedmrn-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
        path_ = pattern;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string path() const { return path_.string(); }

    /// Writes a file, and the folders of its name; returns its path.
    [[nodiscard]] std::string write(const std::string& name, const Bytes& bytes) const {
        const std::filesystem::path path = path_ / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
        return path.string();
    }

private:
    std::filesystem::path path_;
};

inline Bytes idx(std::uint32_t magic, const std::vector<std::uint32_t>& dimensions,
                 const Bytes& elements) {
    Bytes bytes;
    const auto append = [&](std::uint32_t word) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes.push_back(static_cast<std::uint8_t>(word >> shift));
        }
    };
    append(magic);
    for (const std::uint32_t size : dimensions) {
        append(size);
    }
    bytes.insert(bytes.end(), elements.begin(), elements.end());
    return bytes;
}

inline Bytes gzip(const Bytes& plain) {
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
    Bytes out(deflateBound(&stream, plain.size()) + 32);
    stream.next_in = const_cast<Bytef*>(plain.data());
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

/// Bytes that deflate cannot shrink away.
inline Bytes noise(std::size_t n) {
    Bytes bytes(n);
    std::uint32_t x = 12345;
    for (std::uint8_t& b : bytes) {
        x = x * 1664525 + 1013904223;
        b = static_cast<std::uint8_t>(x >> 24);
    }
    return bytes;
}

/// The one line that a call throws; "" where it throws nothing.
template <class Call> std::string error_of(Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        std::string line = error.what();
        EXPECT_EQ(line.find('\n'), std::string::npos) << line;
        return line;
    }
    return "";
}

/// FNV-1a, 64 bits.
inline std::uint64_t fnv(std::span<const std::uint8_t> bytes,
                         std::uint64_t hash = 0xcbf29ce484222325) {
    for (const std::uint8_t b : bytes) {
        hash = (hash ^ b) * 0x100000001b3;
    }
    return hash;
}

} // namespace fedmrn::test
