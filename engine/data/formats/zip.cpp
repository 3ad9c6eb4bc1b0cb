// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/formats/zip.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <zlib.h>

#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr std::uint32_t end_magic = 0x06054b50, entry_magic = 0x02014b50, local_magic = 0x04034b50;
constexpr std::size_t end_bytes = 22, entry_bytes = 46, local_bytes = 30, longest_comment = 65535;
constexpr std::uint32_t in_zip64 = 0xffffffff;
constexpr std::uint64_t best_deflate_ratio = 1032; // zlib's technical notes: 258 bytes in 2 bits

std::uint64_t little_endian(const std::uint8_t* at, int count) {
    std::uint64_t value = 0;
    for (int i = count - 1; i >= 0; --i) {
        value = value << 8 | at[i];
    }
    return value;
}
std::uint16_t word16(const std::uint8_t* at) {
    return static_cast<std::uint16_t>(little_endian(at, 2));
}
std::uint32_t word32(const std::uint8_t* at) {
    return static_cast<std::uint32_t>(little_endian(at, 4));
}

/// Inflates a raw deflate stream; false where it is corrupt or not exactly `out` long.
bool inflate_all(const std::vector<std::uint8_t>& packed, std::vector<std::uint8_t>& out) {
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
    constexpr std::size_t piece = 1U << 30; // zlib counts in 32 bits
    std::size_t in = 0, done = 0;
    int status = Z_OK;
    std::uint8_t beyond = 0; // a stream longer than announced shows here
    while (status == Z_OK) {
        if (stream.avail_in == 0) {
            stream.next_in = const_cast<Bytef*>(packed.data() + in);
            stream.avail_in = static_cast<uInt>(std::min(piece, packed.size() - in));
            in += stream.avail_in;
        }
        const std::size_t room = std::min(piece, out.size() - done);
        stream.next_out = room > 0 ? out.data() + done : &beyond;
        stream.avail_out = room > 0 ? static_cast<uInt>(room) : 1;
        const uInt before = stream.avail_out;
        status = inflate(&stream, Z_NO_FLUSH);
        done += before - stream.avail_out;
        if (done > out.size()) break;
    }
    const bool all_in = in == packed.size() && stream.avail_in == 0;
    inflateEnd(&stream);
    return status == Z_STREAM_END && all_in && done == out.size();
}

} // namespace

ZipFile::ZipFile(const std::string& path) : path_(path) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) fail("is a folder, expected a file");
    file_.open(path, std::ios::binary);
    if (!file_) fail("cannot be opened, expected a file that exists and may be read");
    size_ = std::filesystem::file_size(path, failed);
    if (failed) fail("has no size: " + failed.message());
    read_directory();
}

void ZipFile::fail(const std::string& found) const {
    throw Error(fmt::format("{}: {}", path_, found));
}

std::vector<std::uint8_t> ZipFile::bytes(std::uint64_t offset, std::uint64_t count) {
    if (offset > size_ || count > size_ - offset) {
        fail(fmt::format("truncated: {} bytes at {} expected, the file has {}", count, offset,
                         size_));
    }
    std::vector<std::uint8_t> read(count);
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(reinterpret_cast<char*>(read.data()), static_cast<std::streamsize>(count));
    if (!file_) fail("cannot be read");
    return read;
}

void ZipFile::read_directory() {
    const std::uint64_t tail = std::min<std::uint64_t>(size_, end_bytes + longest_comment);
    const std::vector<std::uint8_t> end = bytes(size_ - tail, tail);
    std::size_t at = end.size();
    const auto found = [&] {
        return at + end_bytes <= end.size() && word32(end.data() + at) == end_magic &&
               at + end_bytes + word16(end.data() + at + 20) == end.size();
    };
    while (at > 0 && !found()) {
        --at;
    }
    if (!found()) fail("no end of a zip directory: truncated, or not an .npz (zip) file");
    const std::uint32_t length = word32(end.data() + at + 12), start = word32(end.data() + at + 16);
    if (start == in_zip64) fail("a zip64 directory, expected an archive below 4 GiB");
    const std::vector<std::uint8_t> directory = bytes(start, length);
    const std::uint8_t* entry = directory.data();
    std::size_t left = directory.size();
    for (std::size_t i = word16(end.data() + at + 10); i > 0; --i) {
        if (left < entry_bytes || word32(entry) != entry_magic) fail("corrupt zip directory");
        const std::size_t name = word16(entry + 28), extra = word16(entry + 30);
        const std::size_t all = entry_bytes + name + extra + word16(entry + 32);
        if (left < all) fail("corrupt zip directory");
        const std::uint8_t* text = entry + entry_bytes;
        Member member{std::string(text, text + name),
                      word16(entry + 8),
                      word16(entry + 10),
                      word32(entry + 16),
                      word32(entry + 20),
                      word32(entry + 24),
                      word32(entry + 42)};
        read_zip64(member, text + name, extra);
        members_.push_back(std::move(member));
        entry += all;
        left -= all;
    }
}

/// The extra field 1 holds, in this order, those of the sizes that the entry leaves to it.
void ZipFile::read_zip64(Member& member, const std::uint8_t* extra, std::size_t length) const {
    while (length >= 4) {
        const std::uint16_t id = word16(extra);
        std::size_t field = word16(extra + 2);
        if (field > length - 4) fail("corrupt zip directory");
        const std::uint8_t* at = extra + 4;
        extra = at + field;
        length -= 4 + field;
        if (id != 1) continue;
        for (std::uint64_t* value : {&member.plain, &member.packed, &member.offset}) {
            if (*value != in_zip64) continue;
            if (field < 8) fail("corrupt zip directory");
            *value = little_endian(at, 8);
            at += 8;
            field -= 8;
        }
    }
}

const ZipFile::Member* ZipFile::find(const std::string& member) const {
    const auto at = std::find_if(members_.begin(), members_.end(),
                                 [&](const Member& m) { return m.name == member; });
    return at == members_.end() ? nullptr : &*at;
}

bool ZipFile::has(const std::string& member) const { return find(member) != nullptr; }

std::vector<std::uint8_t> ZipFile::read(const std::string& name) {
    const Member* member = find(name);
    if (member == nullptr) fail(fmt::format("no member {}", name));
    if ((member->flags & 1) != 0) fail(fmt::format("{} is encrypted, expected it open", name));
    if (member->method != 0 && member->method != Z_DEFLATED) {
        fail(fmt::format("{} is packed by method {}, expected 0 (stored) or 8 (deflated)", name,
                         member->method));
    }
    const std::vector<std::uint8_t> local = bytes(member->offset, local_bytes);
    if (word32(local.data()) != local_magic) fail(fmt::format("no header of {}: corrupt", name));
    const std::uint64_t start =
        member->offset + local_bytes + word16(local.data() + 26) + word16(local.data() + 28);
    std::vector<std::uint8_t> data = bytes(start, member->packed);
    if (member->method == Z_DEFLATED) {
        if (member->plain / best_deflate_ratio > member->packed) {
            fail(fmt::format("{} announces {} bytes, more than {} can hold: corrupt", name,
                             member->plain, member->packed));
        }
        std::vector<std::uint8_t> plain(member->plain);
        if (!inflate_all(data, plain)) fail(fmt::format("{}: corrupt deflate stream", name));
        data = std::move(plain);
    } else if (member->packed != member->plain) {
        fail(fmt::format("{} is stored in {} bytes, expected {}: corrupt", name, member->packed,
                         member->plain));
    }
    if (crc32_z(0, data.data(), data.size()) != member->crc) {
        fail(fmt::format("{}: wrong CRC-32: corrupt", name));
    }
    return data;
}

} // namespace fedmrn
