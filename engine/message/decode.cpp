// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/message/received.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "engine/base/byte_cursor.hpp"
#include "engine/base/crc32c.hpp"
#include "engine/base/words.hpp"
#include "engine/message/check.hpp"
#include "engine/message/pieces.hpp"
#include "engine/message/sparse.hpp"
#include "engine/message/table.hpp"
#include "engine/message/wire.hpp"

namespace fedmrn {
namespace {

using Bytes = std::span<const std::byte>;
using wire::reject;

struct TableSize {
    std::uint32_t tensors = 0, bytes = 0;
};

TableSize get_header(Bytes bytes, MessageView& message) {
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

// Whether the float32 values, which stand last, are finite is seen in the same reading.
bool check_crc(Bytes bytes, const wire::Extent& extent) {
    const Bytes covered = bytes.first(bytes.size() - wire::crc_bytes);
    const auto sent = ByteReader(bytes.last(wire::crc_bytes)).get<std::uint32_t>();
    const std::size_t others = covered.size() - extent.dense * sizeof(float);
    const std::size_t front = others / 8 * 8; // the CRC is fastest at multiples of 8
    std::uint32_t computed = crc32c(covered.first(front));
    std::size_t skip = others - front;
    bool finite = true;
    wire::in_pieces(covered.subspan(front), [&](Bytes piece) {
        finite &= wire::finite(piece.subspan(std::exchange(skip, 0)));
        computed = crc32c(piece, computed);
    });
    if (computed != sent)
        reject(fmt::format("wrong CRC32C {:08x}, its bytes give {:08x}: damaged on the way", sent,
                           computed));
    return finite;
}

// The bits of all sparse tensors out of their streams.
void get_streams(std::span<const std::uint32_t> streams, const wire::Table& table,
                 std::span<std::uint32_t> bits) {
    auto words = table.streams.begin();
    for (std::size_t t = 0; t < table.tensors.size(); ++t) {
        const TensorEntry& entry = table.tensors[t];
        if (entry.encoding != Encoding::sparse) continue;
        wire::get_positions(t, entry, streams.first(*words), bits.first(wire::sparse_words(entry)));
        streams = streams.subspan(*words++);
        bits = bits.subspan(wire::sparse_words(entry));
    }
}

/// The words of a payload where they stand, or copied where no word can be read.
std::span<const std::uint32_t> words_in(Bytes payload, std::vector<std::uint32_t>& room) {
    const std::size_t words = payload.size() / sizeof(std::uint32_t);
    const std::byte* at = payload.data();
    if (reinterpret_cast<std::uintptr_t>(at) % alignof(std::uint32_t) != 0) {
        room.resize(words);
        ByteReader(payload).get(std::span(room));
        return room;
    }
    return {reinterpret_cast<const std::uint32_t*>(at), words};
}

/// Hands out one array after the other.
class Words {
public:
    explicit Words(std::span<const std::uint32_t> rest) : rest_(rest) {}
    std::span<const std::uint32_t> take(std::size_t count) {
        const auto taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    std::span<const float> take_floats(std::size_t count) {
        return {reinterpret_cast<const float*>(take(count).data()), count};
    }

private:
    std::span<const std::uint32_t> rest_;
};

} // namespace

// Coarse before fine, and lengths before contents: each malformed message gets the reason that says
// most, and only a message of the right length costs a pass over its bytes.
ReceivedMessage::ReceivedMessage(Bytes bytes,
                                 std::optional<std::span<const TensorEntry>> expected) {
    const TableSize size = get_header(bytes, view_);
    wire::Table table = wire::get_table(table_of(bytes, size), size.tensors);
    wire::Extent extent = wire::extent_of(table.tensors);
    wire::add_streams(extent, table);
    check_length(bytes, extent);
    const bool finite = check_crc(bytes, extent);
    if (expected)
        wire::check_model(table.tensors, *expected);
    else
        wire::check_believable(table.tensors);

    const Bytes padding = bytes.subspan(wire::header_bytes + size.bytes, extent.padding());
    if (std::ranges::any_of(padding, [](std::byte byte) { return byte != std::byte{0}; }))
        reject("padding after the table is not zero");
    const std::size_t front = wire::header_bytes + size.bytes + padding.size();
    Words words(words_in(bytes.subspan(front, bytes.size() - front - wire::crc_bytes), aligned_));
    view_.mask = words.take(extent.mask_words());
    const std::span<const std::uint32_t> streams = words.take(extent.stream_words);
    if (extent.sparse_words != 0) {
        mask_.resize(extent.mask_words() + extent.sparse_words);
        std::ranges::copy(view_.mask, mask_.begin());
        get_streams(streams, table, std::span(mask_).subspan(extent.mask_words()));
        view_.mask = mask_;
    }
    view_.packed = words.take(extent.packed_words);
    view_.scales = words.take_floats(extent.scales);
    view_.dense = words.take_floats(extent.dense);
    tensors_ = std::move(table.tensors);
    view_.tensors = tensors_;
    wire::check_values(view_, extent, Fault::input);
    if (!finite) wire::reject_not_finite(view_, Fault::input);
}

Message decode(Bytes bytes, std::span<const TensorEntry> expected) {
    return owned(ReceivedMessage(bytes, expected).view());
}

Message decode(Bytes bytes) { return owned(ReceivedMessage(bytes).view()); }

} // namespace fedmrn
