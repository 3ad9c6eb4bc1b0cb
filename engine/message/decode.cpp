// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/message/received.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/base/byte_cursor.hpp"
#include "engine/base/crc32c.hpp"
#include "engine/base/words.hpp"
#include "engine/message/check.hpp"
#include "engine/message/front.hpp"
#include "engine/message/pieces.hpp"
#include "engine/message/sparse.hpp"
#include "engine/message/wire.hpp"

namespace fedmrn {
namespace {

using Bytes = std::span<const std::byte>;
using wire::reject;

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
    wire::Front front = wire::get_front(bytes);
    wire::Table& table = front.table;
    const wire::Extent& extent = front.extent;
    view_ = front.header;
    check_length(bytes, extent);
    const bool finite = check_crc(bytes, extent);
    if (expected)
        wire::check_model(table.tensors, *expected);
    else
        wire::check_believable(table.tensors);

    const Bytes padding = bytes.first(front.bytes()).last(extent.padding());
    if (std::ranges::any_of(padding, [](std::byte byte) { return byte != std::byte{0}; }))
        reject("padding after the table is not zero");
    const Bytes payload = bytes.subspan(front.bytes());
    Words words(words_in(payload.first(payload.size() - wire::crc_bytes), aligned_));
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
