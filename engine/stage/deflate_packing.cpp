// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/deflate_packing.hpp"

#include <algorithm>
#include <string>

#include <zlib.h>

#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr int raw = -MAX_WBITS;                     // the message's own CRC says what is whole
constexpr std::uint64_t best_ratio = 1032;          // zlib's technical notes: 258 bytes in 2 bits
constexpr std::size_t piece = std::size_t{1} << 30; // zlib counts in 32 bits

/// A z_stream that is ended.
struct Stream : z_stream {
    using End = int (*)(z_streamp);
    explicit Stream(End at_end) : z_stream{}, end(at_end) {}
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { end(this); }
    End end;
};

[[noreturn]] void no_memory() {
    throw Error("stage deflate: zlib cannot start: out of memory", Fault::run);
}

/// Calls step() while there are bytes to hand to zlib or it has room to fill; in pieces.
template <class Step>
int feed(Stream& stream, std::span<const std::byte> in, std::span<std::byte> out, Step step) {
    int found = Z_OK;
    while (found == Z_OK) {
        const std::size_t give = std::min(in.size(), piece), room = std::min(out.size(), piece);
        stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(in.data())); // NOLINT
        stream.avail_in = static_cast<uInt>(give);
        stream.next_out = reinterpret_cast<Bytef*>(out.data());
        stream.avail_out = static_cast<uInt>(room);
        found = step(give == in.size());
        in = in.subspan(give - stream.avail_in);
        out = out.subspan(room - stream.avail_out);
    }
    return in.empty() ? found : Z_DATA_ERROR; // bytes behind the stream's end
}

} // namespace

std::vector<std::byte> DeflatePacking::pack(std::span<const std::byte> bytes) const {
    Stream stream(deflateEnd);
    if (deflateInit2(&stream, level_, Z_DEFLATED, raw, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        no_memory();
    }
    std::vector<std::byte> packed(deflateBound(&stream, static_cast<uLong>(bytes.size())));
    feed(stream, bytes, packed,
         [&](bool last) { return deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH); });
    packed.resize(stream.total_out);
    return packed;
}

bool DeflatePacking::unpack(std::span<const std::byte> packed, std::span<std::byte> bytes) const {
    Stream stream(inflateEnd);
    if (inflateInit2(&stream, raw) != Z_OK) {
        no_memory();
    }
    std::byte none{};
    const bool empty = bytes.empty(); // zlib wants room, though nothing is to be written
    const int found = feed(stream, packed, empty ? std::span(&none, 1) : bytes,
                           [&](bool) { return inflate(&stream, Z_NO_FLUSH); });
    return found == Z_STREAM_END && stream.total_out == bytes.size();
}

std::uint64_t DeflatePacking::most(std::uint64_t packed) const { return packed * best_ratio; }

} // namespace fedmrn
