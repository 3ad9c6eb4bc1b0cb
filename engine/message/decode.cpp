// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "engine/base/byte_cursor.hpp"
#include "engine/base/crc32c.hpp"
#include "engine/base/words.hpp"
#include "engine/message/check.hpp"
#include "engine/message/sparse.hpp"
#include "engine/message/table.hpp"
#include "engine/message/wire.hpp"
#include "fedmrn/message.hpp"

namespace fedmrn {
namespace {

using Bytes = std::span<const std::byte>;
using wire::reject;

struct TableSize {
    std::uint32_t tensors = 0, bytes = 0;
};

TableSize get_header(Bytes bytes, Message& message) {
    if (bytes.size() < wire::header_bytes)
        reject(fmt::format("truncated: {}, a header has {}", plural(bytes.size(), "byte"),
                           wire::header_bytes));
    ByteReader reader(bytes.first(wire::header_bytes));
    if (reader.get<std::array<char, 4>>() != wire::magic)
        reject("does not start with \"FMRN\": wrong magic");
    if (const auto version = reader.get<std::uint16_t>(); version != wire::version)
        reject(fmt::format("unknown version {}, expected {}", version, wire::version));
    message.method = reader.get<std::uint8_t>();
    message.variant = reader.get<std::uint8_t>();
    message.round = reader.get<std::uint32_t>();
    message.parameter = reader.get<float>();
    message.client = reader.get<std::uint64_t>();
    message.seed = reader.get<std::uint64_t>();
    message.samples = reader.get<std::uint64_t>();
    const auto tensors = reader.get<std::uint32_t>();
    return {tensors, reader.get<std::uint32_t>()};
}

// The table's own bytes, once its length is believable: nothing has been allocated for it yet.
Bytes table_of(Bytes bytes, TableSize table) {
    if (table.tensors > wire::max_tensors)
        reject(fmt::format("impossible count, {} tensors, at most {} fit", table.tensors,
                           wire::max_tensors));
    if (table.bytes < table.tensors * wire::min_entry_bytes ||
        table.bytes > table.tensors * wire::max_entry_bytes)
        reject(fmt::format("impossible count, {} in a table of {}", plural(table.tensors, "tensor"),
                           plural(table.bytes, "byte")));
    if (bytes.size() - wire::header_bytes < table.bytes)
        reject(fmt::format("truncated: {} bytes, header and table need {}", bytes.size(),
                           wire::header_bytes + table.bytes));
    return bytes.subspan(wire::header_bytes, table.bytes);
}

void check_length(Bytes bytes, const wire::Extent& extent) {
    const std::size_t needed = extent.message_bytes();
    if (bytes.size() < needed)
        reject(fmt::format("truncated: {} bytes, the table needs {}", bytes.size(), needed));
    if (bytes.size() > needed)
        reject(fmt::format("{}: {} bytes, the table needs {}",
                           plural(bytes.size() - needed, "trailing byte"), bytes.size(), needed));
}

void check_crc(Bytes bytes) {
    const Bytes covered = bytes.first(bytes.size() - wire::crc_bytes);
    const auto sent = ByteReader(bytes.last(wire::crc_bytes)).get<std::uint32_t>();
    if (const auto computed = crc32c(covered); computed != sent)
        reject(fmt::format("wrong CRC32C {:08x}, its bytes give {:08x}: damaged on the way", sent,
                           computed));
}

// The bits of all sparse tensors out of their streams.
void get_streams(ByteReader& payload, const wire::Table& table, std::span<std::uint32_t> bits) {
    auto words = table.streams.begin();
    for (std::size_t t = 0; t < table.tensors.size(); ++t) {
        const TensorEntry& entry = table.tensors[t];
        if (entry.encoding != Encoding::sparse) continue;
        std::vector<std::uint32_t> stream(*words++);
        payload.get(std::span(stream));
        wire::get_positions(t, entry, stream, bits.first(wire::sparse_words(entry)));
        bits = bits.subspan(wire::sparse_words(entry));
    }
}

// Coarse before fine, and lengths before contents: each malformed message gets the reason that says
// most, and only a message of the right length costs a pass over its bytes.
Message read(Bytes bytes, std::optional<std::span<const TensorEntry>> expected) {
    Message message;
    const TableSize size = get_header(bytes, message);
    wire::Table table = wire::get_table(table_of(bytes, size), size.tensors);
    wire::Extent extent = wire::extent_of(table.tensors);
    wire::add_streams(extent, table);
    check_length(bytes, extent);
    check_crc(bytes);
    if (expected)
        wire::check_model(table.tensors, *expected);
    else
        wire::check_believable(table.tensors);

    const Bytes padding = bytes.subspan(wire::header_bytes + size.bytes, extent.padding());
    if (std::ranges::any_of(padding, [](std::byte byte) { return byte != std::byte{0}; }))
        reject("padding after the table is not zero");
    ByteReader payload(bytes.subspan(wire::header_bytes + size.bytes + padding.size()));
    message.mask.resize(extent.mask_words() + extent.sparse_words);
    const auto bits = std::span(message.mask);
    payload.get(bits.first(extent.mask_words()));
    get_streams(payload, table, bits.subspan(extent.mask_words()));
    message.packed.resize(extent.packed_words);
    payload.get(std::span(message.packed));
    message.scales.resize(extent.scales);
    payload.get(std::span(message.scales));
    message.dense.resize(extent.dense);
    payload.get(std::span(message.dense));
    message.tensors = std::move(table.tensors);
    wire::check_values(message, extent, Fault::input);
    return message;
}

} // namespace

Message decode(Bytes bytes, std::span<const TensorEntry> expected) { return read(bytes, expected); }

Message decode(Bytes bytes) { return read(bytes, std::nullopt); }

} // namespace fedmrn
