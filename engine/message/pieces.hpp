// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace fedmrn::wire {

/// A block of the CRC; a core's first cache has room for several.
inline constexpr std::size_t piece_bytes = 3'072;

/// Calls body(piece) for one piece after the other. What is done to each in turn reads long arrays
/// from memory once, where a pass for each thing to do reads them as often; and the next piece is
/// on its way from memory while the processor is busy with this one.
template <class Body> void in_pieces(std::span<const std::byte> bytes, const Body& body) {
    constexpr std::size_t line = 64; // bytes that memory gives at once
    while (!bytes.empty()) {
        const auto piece = bytes.first(std::min(bytes.size(), piece_bytes));
        bytes = bytes.subspan(piece.size());
        for (std::size_t i = 0; i < std::min(bytes.size(), piece_bytes); i += line)
            __builtin_prefetch(bytes.data() + i);
        body(piece);
    }
}

} // namespace fedmrn::wire
