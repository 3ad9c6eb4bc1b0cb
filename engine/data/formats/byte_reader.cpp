// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/formats/byte_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr std::size_t buffer_bytes = 1 << 16;
constexpr std::size_t first_piece = 1 << 20;
constexpr std::uint64_t best_deflate_ratio = 1032; // zlib's technical notes: 258 bytes in 2 bits
constexpr int gzip_only = MAX_WBITS + 16;          // windowBits as inflateInit2 wants it

} // namespace

ByteReader::ByteReader(const std::string& path) : path_(path), buffer_(buffer_bytes) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) {
        throw Error(fmt::format("{}: is a folder, expected a file", path));
    }
    file_.reset(std::fopen(path.c_str(), "rb"));
    if (!file_) throw Error(fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)));
    size_ = std::filesystem::file_size(path, failed);
    if (failed) throw Error(fmt::format("{}: has no size: {}", path, failed.message()));
    refill();
    gzip_ = end_ >= 2 && buffer_[0] == 0x1f && buffer_[1] == 0x8b;
    if (gzip_ && inflateInit2(&stream_, gzip_only) != Z_OK) {
        throw Error(fmt::format("{}: zlib cannot start: out of memory", path), Fault::run);
    }
}

ByteReader::~ByteReader() {
    if (gzip_) inflateEnd(&stream_);
}

std::uint64_t ByteReader::bound() const { return gzip_ ? size_ * best_deflate_ratio : size_; }

bool ByteReader::refill() {
    begin_ = 0;
    end_ = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
    if (std::ferror(file_.get())) {
        throw Error(fmt::format("{}: cannot be read: {}", path_, std::strerror(errno)));
    }
    return end_ > 0;
}

/// Whether another member follows the one that is done; zeros are passed over.
bool ByteReader::next_member() {
    bool padded = false;
    for (; begin_ < end_ || refill(); ++begin_) {
        if (buffer_[begin_] == 0) {
            padded = true;
        } else if (buffer_[begin_] == 0x1f && !padded) {
            inflateReset(&stream_);
            stream_done_ = false;
            return true;
        } else {
            throw Error(fmt::format("{}: bytes follow the gzip stream, expected another member, "
                                    "zeros, or the file to end",
                                    path_));
        }
    }
    return false;
}

std::size_t ByteReader::inflate_into(std::span<std::uint8_t> out) {
    if (begin_ == end_ && !refill()) {
        throw Error(fmt::format("{}: truncated: the gzip stream ends in its middle", path_));
    }
    const auto wanted = static_cast<uInt>(std::min<std::size_t>(out.size(), 1U << 30));
    stream_.next_in = buffer_.data() + begin_;
    stream_.avail_in = static_cast<uInt>(end_ - begin_);
    stream_.next_out = out.data();
    stream_.avail_out = wanted;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    begin_ = end_ - stream_.avail_in;
    if (status == Z_STREAM_END) {
        stream_done_ = true;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
        throw Error(fmt::format("{}: corrupt gzip stream: {}", path_,
                                stream_.msg ? stream_.msg : zError(status)));
    }
    return wanted - stream_.avail_out;
}

std::size_t ByteReader::read(std::span<std::uint8_t> out) {
    std::size_t done = 0;
    while (done < out.size()) {
        if (gzip_) {
            if (stream_done_ && !next_member()) break;
            done += inflate_into(out.subspan(done));
        } else {
            if (begin_ == end_ && !refill()) break;
            const std::size_t n = std::min(out.size() - done, end_ - begin_);
            std::memcpy(out.data() + done, buffer_.data() + begin_, n);
            begin_ += n;
            done += n;
        }
    }
    return done;
}

std::vector<std::uint8_t> ByteReader::read_up_to(std::uint64_t n) {
    std::vector<std::uint8_t> bytes;
    while (bytes.size() < n) {
        const std::size_t before = bytes.size();
        const auto next = std::min<std::uint64_t>(n, before + std::max(before, first_piece));
        bytes.resize(next);
        const std::size_t got = read({bytes.data() + before, next - before});
        if (got < next - before) {
            bytes.resize(before + got);
            break;
        }
    }
    return bytes;
}

} // namespace fedmrn
