// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace fedmrn::wire {

/// Whole blocks of the CRC; a core's first cache has room for several.
inline constexpr std::size_t piece_bytes = 6'144;

/// Calls body(piece) for one piece after the other. What is done to each in turn reads long arrays
/// from memory once, where a pass for each thing to do reads them as often. The CRC comes last: its
/// three streams are slower to come from memory than a pass from front to end.
template <class Body> void in_pieces(std::span<const std::byte> bytes, const Body& body) {
    while (!bytes.empty()) {
        const std::size_t next = std::min(bytes.size(), piece_bytes);
        body(bytes.first(next));
        bytes = bytes.subspan(next);
    }
}

} // namespace fedmrn::wire
