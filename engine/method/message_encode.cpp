// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cassert>

#include "engine/method/byte_cursor.hpp"
#include "engine/method/crc32c.hpp"
#include "engine/method/message_check.hpp"
#include "engine/method/message_table.hpp"
#include "engine/method/message_wire.hpp"
#include "fedmrn/message.hpp"

namespace fedmrn {

std::vector<std::byte> encode(const Message& message) {
    const wire::Extent extent = wire::extent_of(message.tensors);
    wire::check_values(message, extent, Fault::run);

    std::vector<std::byte> bytes(extent.message_bytes());
    ByteWriter writer(bytes);
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
    wire::put_table(writer, message.tensors);
    writer.skip(extent.padding());
    writer.put(std::span<const std::uint32_t>(message.mask));
    writer.put(std::span<const std::uint32_t>(message.packed));
    writer.put(std::span<const float>(message.scales));
    writer.put(std::span<const float>(message.dense));
    assert(writer.left() == wire::crc_bytes);
    writer.put(crc32c(std::span(bytes).first(bytes.size() - wire::crc_bytes)));
    return bytes;
}

} // namespace fedmrn
