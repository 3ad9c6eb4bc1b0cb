// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/message/table.hpp"
#include "engine/message/view.hpp"
#include "engine/message/wire.hpp"

namespace fedmrn::wire {

/// What stands before a message's arrays, and what it makes of the rest.
struct Front {
    MessageView header; ///< without tensors and arrays
    Table table;
    Extent extent;
    /// Bytes before the arrays: header, table and padding.
    [[nodiscard]] std::size_t bytes() const {
        return header_bytes + extent.table_bytes + extent.padding();
    }
};

/// Reads header and table. Throws Error with the reason where no message begins so; what follows
/// them has not been looked at, nor the padding. Allocates at most 12 times the table's bytes.
Front get_front(std::span<const std::byte> bytes);

} // namespace fedmrn::wire
