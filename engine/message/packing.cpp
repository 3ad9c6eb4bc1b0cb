// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/message/packing.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/base/byte_cursor.hpp"
#include "engine/base/crc32c.hpp"
#include "engine/base/words.hpp"
#include "engine/message/sparse.hpp"
#include "engine/message/table.hpp"
#include "engine/message/wire.hpp"

namespace fedmrn {
namespace {

using Bytes = std::span<const std::byte>;
using wire::reject;

/// The bytes between header and CRC.
Bytes payload_of(Bytes bytes) {
    return bytes.subspan(wire::packed_header_bytes,
                         bytes.size() - wire::packed_header_bytes - wire::crc_bytes);
}

} // namespace

std::vector<std::byte> packed(const Packing& packing, Bytes message) {
    const std::vector<std::byte> payload = packing.pack(message);
    std::vector<std::byte> bytes(wire::packed_header_bytes + payload.size() + wire::crc_bytes);
    ByteWriter writer(bytes);
    writer.put(wire::packed_magic);
    writer.put(wire::packed_version);
    writer.put(packing.number());
    writer.put(std::uint8_t{0});
    writer.put(static_cast<std::uint64_t>(message.size()));
    writer.put(Bytes(payload));
    writer.put(crc32c(Bytes(bytes).first(bytes.size() - wire::crc_bytes)));
    return bytes;
}

bool is_packed(Bytes bytes) {
    return bytes.size() >= wire::packed_magic.size() &&
           ByteReader(bytes).get<std::array<char, 4>>() == wire::packed_magic;
}

PackedHeader packed_header(Bytes bytes) {
    constexpr std::size_t least = wire::packed_header_bytes + wire::crc_bytes;
    if (!is_packed(bytes)) reject("does not start with \"FMRP\": not packed");
    if (bytes.size() < least)
        reject(fmt::format("truncated: {}, a packed message has at least {}",
                           plural(bytes.size(), "byte"), least));
    ByteReader reader(bytes);
    reader.get<std::array<char, 4>>();
    if (const auto version = reader.get<std::uint16_t>(); version != wire::packed_version)
        reject(
            fmt::format("packed: unknown version {}, expected {}", version, wire::packed_version));
    PackedHeader header;
    header.packing = reader.get<std::uint8_t>();
    const auto spare = reader.get<std::uint8_t>();
    header.bytes = reader.get<std::uint64_t>();
    const Bytes covered = bytes.first(bytes.size() - wire::crc_bytes);
    const auto sent = ByteReader(bytes.last(wire::crc_bytes)).get<std::uint32_t>();
    if (const auto computed = crc32c(covered); computed != sent)
        reject(fmt::format("packed: wrong CRC32C {:08x}, its bytes give {:08x}: damaged on the way",
                           sent, computed));
    if (spare != 0) reject("packed: byte 7 is not zero");
    return header;
}

std::uint64_t claimed_bytes(Bytes bytes) {
    if (!is_packed(bytes) || bytes.size() < wire::packed_header_bytes) return bytes.size();
    return ByteReader(bytes.subspan(8)).get<std::uint64_t>();
}

std::vector<std::byte> unpacked(const Packing& packing, Bytes bytes, std::uint64_t limit) {
    const PackedHeader header = packed_header(bytes);
    if (header.packing != packing.number())
        reject(fmt::format("packed by packing {}, expected {} ({})", header.packing,
                           packing.number(), packing.name()));
    const Bytes payload = payload_of(bytes);
    const std::uint64_t most = std::min(limit, packing.most(payload.size()));
    if (header.bytes > most)
        reject(fmt::format("packed: impossible count, {} unpack to {}, at most {} can",
                           plural(payload.size(), "byte"), header.bytes, most));
    std::vector<std::byte> message(header.bytes);
    if (!packing.unpack(payload, message))
        reject(fmt::format("packed: {} that {} does not make of a message of {}",
                           plural(payload.size(), "byte"), packing.name(),
                           plural(header.bytes, "byte")));
    return message;
}

std::vector<PackedPart> packed_parts(const Packing& packing, Bytes bytes) {
    packed_header(bytes);
    return packing.parts(payload_of(bytes));
}

std::uint64_t most_message_bytes(std::span<const TensorEntry> expected) {
    wire::Extent extent = wire::extent_of(expected);
    wire::Table table{{expected.begin(), expected.end()}, {}};
    for (const TensorEntry& entry : expected)
        if (entry.encoding == Encoding::sparse)
            table.streams.push_back(wire::most_words(entry.elements, entry.ones));
    wire::add_streams(extent, table);
    return extent.message_bytes();
}

} // namespace fedmrn
