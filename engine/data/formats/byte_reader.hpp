// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <zlib.h>

namespace fedmrn {

/// Reads a file from front to back, through gzip where its first two bytes say so (never its name):
/// one member after another, and zeros behind the last one, as `gzip -t` takes them. Anything else
/// there is refused, which gzip only warns of. Every failure is an Error that names the file.
class ByteReader {
public:
    explicit ByteReader(const std::string& path);
    ~ByteReader();
    ByteReader(const ByteReader&) = delete;
    ByteReader& operator=(const ByteReader&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool gzipped() const { return gzip_; }

    /// The most bytes that the file can come to, from its size and deflate's best ratio.
    [[nodiscard]] std::uint64_t bound() const;

    /// Fills out as far as there are bytes; fewer than asked for only at the end.
    std::size_t read(std::span<std::uint8_t> out);

    /// The next n bytes in pieces, so that memory never runs ahead of the file by more than itself.
    /// Fewer than n only at the end.
    std::vector<std::uint8_t> read_up_to(std::uint64_t n);

private:
    bool refill();
    bool next_member();
    std::size_t inflate_into(std::span<std::uint8_t> out);

    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
    std::uint64_t size_ = 0; ///< of the file as it lies on the disk
    bool gzip_ = false, stream_done_ = false;
    std::vector<std::uint8_t> buffer_;
    std::size_t begin_ = 0, end_ = 0; ///< unread part of buffer_
    z_stream stream_{};
};

} // namespace fedmrn
