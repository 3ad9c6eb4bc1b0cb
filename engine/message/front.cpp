// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/message/front.hpp"

#include <array>

#include <fmt/format.h>

#include "engine/base/byte_cursor.hpp"
#include "engine/base/words.hpp"
#include "engine/message/wire.hpp"

namespace fedmrn::wire {
namespace {

using Bytes = std::span<const std::byte>;

struct TableSize {
    std::uint32_t tensors = 0, bytes = 0;
};

TableSize get_header(Bytes bytes, MessageView& message) {
    if (bytes.size() < header_bytes)
        reject(fmt::format("truncated: {}, a header has {}", plural(bytes.size(), "byte"),
                           header_bytes));
    ByteReader reader(bytes.first(header_bytes));
    if (reader.get<std::array<char, 4>>() != magic)
        reject("does not start with \"FMRN\": wrong magic");
    if (const auto found = reader.get<std::uint16_t>(); found != version)
        reject(fmt::format("unknown version {}, expected {}", found, version));
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
    if (table.tensors > max_tensors)
        reject(fmt::format("impossible count, {} tensors, at most {} fit", table.tensors,
                           max_tensors));
    if (table.bytes < table.tensors * min_entry_bytes ||
        table.bytes > table.tensors * max_entry_bytes)
        reject(fmt::format("impossible count, {} in a table of {}", plural(table.tensors, "tensor"),
                           plural(table.bytes, "byte")));
    if (bytes.size() - header_bytes < table.bytes)
        reject(fmt::format("truncated: {} bytes, header and table need {}", bytes.size(),
                           header_bytes + table.bytes));
    return bytes.subspan(header_bytes, table.bytes);
}

} // namespace

Front get_front(Bytes bytes) {
    Front front;
    const TableSize size = get_header(bytes, front.header);
    front.table = get_table(table_of(bytes, size), size.tensors);
    front.extent = extent_of(front.table.tensors);
    add_streams(front.extent, front.table);
    return front;
}

} // namespace fedmrn::wire
