// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/byte_cursor.hpp"
#include "fedmrn/message.hpp"

namespace fedmrn::wire {

/// What a tensor table makes the rest of the message be. Counts are elements, sizes bytes.
struct Extent {
    std::uint64_t masked = 0, dense = 0, packed = 0, sparse = 0;
    std::size_t packed_words = 0, scales = 0, table_bytes = 0;
    std::size_t sparse_words = 0; ///< of the sparse tensors' bits
    std::size_t stream_words = 0; ///< of their positions
    [[nodiscard]] std::size_t mask_words() const { return words_of(masked); }
    [[nodiscard]] std::size_t padding() const; ///< zero bytes between table and payload
    [[nodiscard]] std::size_t message_bytes() const;
};

/// A tensor table and, for its sparse tensors in their order, the words of their streams.
struct Table {
    std::vector<TensorEntry> tensors;
    std::vector<std::uint64_t> streams;
};

/// Words of a packed tensor.
constexpr std::size_t packed_words(const TensorEntry& entry) {
    return words_of(entry.elements) * code_bits(entry.encoding);
}

/// Words of a sparse tensor's bits.
constexpr std::size_t sparse_words(const TensorEntry& entry) {
    return entry.encoding == Encoding::sparse ? words_of(entry.elements) : 0;
}

/// Throws Error where no message can have these tensors. Without their streams.
Extent extent_of(std::span<const TensorEntry> tensors);

/// Adds them, one for each sparse tensor. Throws Error where a tensor's can have no such length.
void add_streams(Extent& extent, const Table& table);

void put_table(ByteWriter& writer, const Table& table);

/// Reads exactly count tensors out of the whole table. Throws Error with the tensor's index where
/// put_table cannot have written it. Allocates at most 12 times the bytes.
Table get_table(std::span<const std::byte> bytes, std::uint32_t count);

/// Of a reader that has no table of its own: rejects more elements of sparse tensors than the ones
/// of their streams justify.
void check_believable(std::span<const TensorEntry> found);

/// Throws Error, naming the first difference, where the sender's model is not the receiver's.
void check_model(std::span<const TensorEntry> found, std::span<const TensorEntry> expected);

} // namespace fedmrn::wire
