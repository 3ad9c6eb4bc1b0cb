// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/formats/mat_walk.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

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

/// An element of the file and its walker's place in it.
class Element {
public:
    Element(ByteReader& file, std::uint64_t at, std::uint64_t length)
        : file_(file), at_(at), length_(length), left_(length) {}

    [[nodiscard]] std::uint64_t left() const { return left_; }
    [[noreturn]] void corrupt(const std::string& what) const {
        fail(file_, fmt::format("corrupt: {} in the element at byte {}", what, at_));
    }

    void read(std::span<std::uint8_t> out) {
        if (out.size() > left_) corrupt("a part that is longer than the whole");
        const std::size_t got = file_.read(out);
        left_ -= got;
        if (got < out.size()) {
            fail(file_, fmt::format("truncated: {} bytes of the element at byte {} are missing, "
                                    "which has {}",
                                    left_, at_, length_));
        }
    }

    /// The next n bytes in pieces.
    template <class Call> void pieces(std::uint64_t n, const Call& take) {
        std::array<std::uint8_t, 1 << 16> buffer{};
        while (n > 0) {
            const std::span<std::uint8_t> piece =
                std::span(buffer).first(std::min<std::uint64_t>(n, buffer.size()));
            read(piece);
            take(piece);
            n -= piece.size();
        }
    }
    void pass(std::uint64_t n) {
        pieces(n, [](std::span<std::uint8_t>) {});
    }

private:
    ByteReader& file_;
    std::uint64_t at_, length_, left_;
};

void walk_compressed(Element& element) {
    Inflation inflation;
    element.pieces(element.left(), [&](std::span<std::uint8_t> piece) {
        if (!inflation.take(piece)) element.corrupt("a bad zlib stream");
    });
    if (!inflation.finish()) element.corrupt("a bad zlib stream");
}

struct Part {
    std::uint32_t type = 0, length = 0;
    std::vector<std::uint8_t> bytes; ///< where it is kept
};

/// Parts are padded to 8 bytes; one of up to 4 bytes may lie in its own tag.
Part read_part(Element& element, bool keep) {
    constexpr std::uint32_t most_kept = 4096;
    std::array<std::uint8_t, tag_bytes> tag{};
    element.read(tag);
    Part part{word(tag.data()), word(tag.data() + 4), {}};
    if (part.type >> 16 != 0) {
        part.length = part.type >> 16;
        part.type &= 0xffff;
        if (part.length > 4) element.corrupt("a short part of more than 4 bytes");
        part.bytes.assign(tag.begin() + 4, tag.begin() + 4 + part.length);
        return part;
    }
    const std::uint64_t padded = (std::uint64_t{part.length} + 7) / 8 * 8;
    if (keep) {
        if (part.length > most_kept) element.corrupt("a header of more than 4096 bytes");
        part.bytes.resize(padded);
        element.read(part.bytes);
        part.bytes.resize(part.length);
    } else {
        element.pass(padded);
    }
    return part;
}

/// What is not compressed has no checksum; what its parts announce must at least fit together:
/// flags, dimensions, name, then for an array of real numbers the elements, of the same or of a
/// narrower type.
void walk_matrix(Element& element) {
    constexpr std::uint32_t type_int32 = 5, type_uint32 = 6;
    constexpr std::uint8_t first_number = 6, last_number = 15, complex = 0x08;
    constexpr std::uint32_t sizes[] = {0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8}; // by type
    const Part flags = read_part(element, true), shape = read_part(element, true);
    if (flags.type != type_uint32 || flags.length != 8 || shape.type != type_int32 ||
        shape.length % 4 != 0) {
        element.corrupt("no flags and dimensions");
    }
    read_part(element, false);
    const std::uint8_t kind = flags.bytes[0];
    if (kind < first_number || kind > last_number || (flags.bytes[1] & complex) != 0) {
        element.pass(element.left()); // nothing that is read here
        return;
    }
    const Part data = read_part(element, false);
    const std::uint32_t size = data.type < std::size(sizes) ? sizes[data.type] : 0;
    std::uint64_t expected = size;
    for (std::size_t d = 0; d < shape.length; d += 4) {
        const std::uint64_t extent = word(shape.bytes.data() + d);
        // By division: the product can overflow.
        expected =
            extent != 0 && expected > data.length / extent ? data.length + 1ULL : expected * extent;
    }
    if (size == 0 || expected != data.length || element.left() != 0)
        element.corrupt("elements that do not fit the dimensions");
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
        Element element(file, at, length);
        type == type_compressed ? walk_compressed(element) : walk_matrix(element);
        at += tag_bytes + length;
    }
}

} // namespace fedmrn
