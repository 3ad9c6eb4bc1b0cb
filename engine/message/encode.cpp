// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cassert>

#include "engine/base/byte_cursor.hpp"
#include "engine/base/crc32c.hpp"
#include "engine/message/check.hpp"
#include "engine/message/pieces.hpp"
#include "engine/message/sparse.hpp"
#include "engine/message/table.hpp"
#include "engine/message/view.hpp"
#include "engine/message/wire.hpp"
#include "fedmrn/message.hpp"

namespace fedmrn {
namespace {

using Bytes = std::span<const std::byte>;

/// The streams of all sparse tensors, one after another, from their bits; tells the table each
/// one's length.
std::vector<std::uint32_t> put_streams(wire::Table& table, std::span<const std::uint32_t> bits) {
    std::vector<std::uint32_t> all;
    for (const TensorEntry& entry : table.tensors) {
        if (entry.encoding != Encoding::sparse) continue;
        const std::size_t words = wire::sparse_words(entry);
        const auto stream = wire::put_positions(entry, bits.first(words));
        all.insert(all.end(), stream.begin(), stream.end());
        table.streams.push_back(stream.size());
        bits = bits.subspan(words);
    }
    return all;
}

} // namespace

std::vector<std::byte> encode(const Message& message) { return encode(MessageView(message)); }

std::vector<std::byte> encode(const MessageView& message, std::vector<std::byte> room) {
    wire::Extent extent = wire::extent_of(message.tensors);
    wire::check_values(message, extent, Fault::run);
    wire::Table table{{message.tensors.begin(), message.tensors.end()}, {}};
    const std::span<const std::uint32_t> bits = message.mask;
    const std::vector<std::uint32_t> streams =
        put_streams(table, bits.subspan(extent.mask_words()));
    wire::add_streams(extent, table);

    if (room.capacity() < extent.message_bytes()) room.clear(); // nothing of it is moved along
    room.resize(extent.message_bytes());
    ByteWriter writer(room);
    writer.put(wire::magic);
    writer.put(wire::version);
    writer.put(message.method);
    writer.put(message.variant);
    writer.put(message.round);
    writer.put(message.parameter);
    writer.put(message.client);
    writer.put(message.seed);
    writer.put(message.samples);
    writer.put(static_cast<std::uint32_t>(message.tensors.size()));
    writer.put(static_cast<std::uint32_t>(extent.table_bytes));
    wire::put_table(writer, table);
    writer.put(Bytes(wire::no_padding).first(extent.padding()));
    std::uint32_t crc = crc32c(Bytes(room).first(room.size() - writer.left()));
    const auto put = [&](auto values, const auto& check) {
        wire::in_pieces(std::as_bytes(values), [&](Bytes piece) {
            check(piece);
            writer.put(piece);
            crc = crc32c(piece, crc);
        });
    };
    const auto any = [](Bytes) {};
    put(bits.first(extent.mask_words()), any);
    put(std::span(streams), any);
    put(message.packed, any);
    put(message.scales, any);
    put(message.dense, [&](Bytes piece) {
        if (!wire::finite(piece)) wire::reject_not_finite(message, Fault::run);
    });
    assert(writer.left() == wire::crc_bytes);
    writer.put(crc);
    return room;
}

} // namespace fedmrn
