// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/mat_walk.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr std::size_t header_bytes = 128, version_at = 124, endian_at = 126, tag_bytes = 8;
constexpr std::uint32_t type_matrix = 14, type_compressed = 15;

[[noreturn]] void fail(const ByteReader& file, const std::string& found) {
    throw Error(fmt::format("{}: {}", file.path(), found));
}

std::uint32_t word(const std::uint8_t* at) {
    return at[0] | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 |
           std::uint32_t{at[3]} << 24;
}

/// Inflates into nothing: zlib compares the stream's Adler-32 at its end.
class Inflation {
public:
    Inflation() {
        if (inflateInit(&stream_) != Z_OK)
            throw Error("zlib cannot start: out of memory", Fault::run);
    }
    ~Inflation() { inflateEnd(&stream_); }
    Inflation(const Inflation&) = delete;
    Inflation& operator=(const Inflation&) = delete;

    /// False where the bytes are corrupt or follow the end of the stream.
    bool take(std::span<std::uint8_t> bytes) {
        stream_.next_in = bytes.data();
        stream_.avail_in = static_cast<uInt>(bytes.size());
        while (stream_.avail_in > 0) {
            if (done_) return false;
            stream_.next_out = away_.data();
            stream_.avail_out = static_cast<uInt>(away_.size());
            const int status = inflate(&stream_, Z_NO_FLUSH);
            done_ = status == Z_STREAM_END;
            if (!done_ && status != Z_OK) return false;
        }
        return true;
    }

    /// True where the stream has come to its end.
    bool finish() {
        while (!done_) {
            stream_.next_out = away_.data();
            stream_.avail_out = static_cast<uInt>(away_.size());
            const int status = inflate(&stream_, Z_NO_FLUSH);
            done_ = status == Z_STREAM_END;
            if (!done_ && status != Z_OK) break;
        }
        return done_;
    }

private:
    z_stream stream_{};
    std::array<std::uint8_t, 1 << 16> away_{};
    bool done_ = false;
};

void walk_element(ByteReader& file, std::uint64_t at, bool compressed, std::uint64_t length) {
    std::array<std::uint8_t, 1 << 16> buffer{};
    Inflation inflation;
    for (std::uint64_t left = length; left > 0;) {
        const std::span<std::uint8_t> piece =
            std::span(buffer).first(std::min<std::uint64_t>(left, buffer.size()));
        const std::size_t got = file.read(piece);
        left -= got;
        if (got < piece.size()) {
            fail(file, fmt::format("truncated: {} of the element at byte {} are missing, which "
                                   "has {}",
                                   left, at, length));
        }
        if (compressed && !inflation.take(piece))
            fail(file, fmt::format("corrupt zlib stream in the element at byte {}", at));
    }
    if (compressed && !inflation.finish())
        fail(file, fmt::format("corrupt zlib stream in the element at byte {}", at));
}

} // namespace

void walk_mat(ByteReader& file) {
    std::array<std::uint8_t, header_bytes> header{};
    if (file.gzipped()) fail(file, "is gzipped, expected the MATLAB file unpacked");
    const std::size_t got = file.read(header);
    if (got < header_bytes)
        fail(file, fmt::format("{} bytes, expected a MATLAB file: truncated?", got));
    if (header[endian_at] != 'I' || header[endian_at + 1] != 'M' || header[version_at] != 0 ||
        (header[version_at + 1] != 1 && header[version_at + 1] != 2)) {
        fail(file, "not a MATLAB file of level 5, little-endian");
    }
    if (header[version_at + 1] == 2)
        fail(file, "a MATLAB file of version 7.3, expected level 5 (save with -v7)");
    std::array<std::uint8_t, tag_bytes> tag{};
    for (std::uint64_t at = header_bytes;;) {
        const std::size_t read = file.read(tag);
        if (read == 0) return;
        const std::uint32_t type = word(tag.data()), length = word(tag.data() + 4);
        if (read < tag_bytes) fail(file, fmt::format("truncated at byte {}", at + read));
        if (type != type_matrix && type != type_compressed) {
            fail(file, fmt::format("an element of type {} at byte {}, expected an array: corrupt",
                                   type, at));
        }
        walk_element(file, at, type == type_compressed, length);
        at += tag_bytes + length;
    }
}

} // namespace fedmrn
