// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/message_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/method/message_wire.hpp"

namespace fedmrn {

std::string encoding_name(Encoding encoding) {
    if (const unsigned bits = code_bits(encoding); bits != 0)
        return fmt::format("{}-bit{}", bits, has_scale(encoding) ? " scaled" : "");
    return encoding == Encoding::mask ? "mask" : "float32";
}

namespace wire {
namespace {

std::size_t leb128_bytes(std::uint64_t value) {
    std::size_t bytes = 1;
    while (value >>= 7) ++bytes;
    return bytes;
}

// Unsigned LEB128, shortest form only, so that a table has one spelling.
std::uint64_t get_leb128(ByteReader& reader, std::size_t tensor) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 49; shift += 7) {
        if (reader.left() == 0)
            reject(fmt::format("tensor {}: element count is cut off by the table's end", tensor));
        const auto byte = reader.get<std::uint8_t>();
        value |= std::uint64_t{byte & 0x7FU} << shift;
        if ((byte & 0x80U) != 0) continue;
        if (byte == 0 && shift > 0)
            reject(fmt::format("tensor {}: overlong element count, {} bytes for {}", tensor,
                               shift / 7 + 1, value));
        return value;
    }
    reject(fmt::format("tensor {}: element count of more than 7 bytes", tensor));
}

std::string told(const TensorEntry& entry) {
    return fmt::format("{} {} elements", entry.elements, encoding_name(entry.encoding));
}

} // namespace

std::size_t Extent::padding() const { return (4 - (header_bytes + table_bytes) % 4) % 4; }

std::size_t Extent::message_bytes() const {
    return header_bytes + table_bytes + padding() + 4 * mask_words() + 4 * packed_words +
           4 * scales + 4 * dense + crc_bytes;
}

Extent extent_of(std::span<const TensorEntry> tensors) {
    if (tensors.size() > max_tensors)
        reject(fmt::format("{} tensors, at most {} fit", tensors.size(), max_tensors));
    Extent extent;
    for (std::size_t t = 0; t < tensors.size(); ++t) {
        const auto [encoding, elements] = tensors[t];
        const bool is_packed = code_bits(encoding) != 0;
        if (encoding != Encoding::float32 && encoding != Encoding::mask && !is_packed)
            reject(fmt::format("tensor {}: unknown encoding {}, expected 0 (float32), 1 (mask), "
                               "33 to 48 (packed) or 65 to 80 (packed with a scale)",
                               t, static_cast<unsigned>(encoding)));
        // All sums stay below elements_end, so adding a checked count cannot overflow.
        if (elements >= elements_end ||
            extent.masked + extent.dense + extent.packed + elements >= elements_end)
            reject(fmt::format("tensor {}: impossible count, {} elements reach the limit of 2^48",
                               t, elements));
        (is_packed                    ? extent.packed
         : encoding == Encoding::mask ? extent.masked
                                      : extent.dense) += elements;
        extent.packed_words += packed_words(tensors[t]);
        extent.scales += has_scale(encoding) ? 1 : 0;
        extent.table_bytes += 1 + leb128_bytes(elements);
    }
    return extent;
}

void put_table(ByteWriter& writer, std::span<const TensorEntry> tensors) {
    for (const auto& [encoding, elements] : tensors) {
        writer.put(static_cast<std::uint8_t>(encoding));
        std::uint64_t rest = elements;
        for (; rest >= 0x80; rest >>= 7) writer.put(static_cast<std::uint8_t>(rest | 0x80U));
        writer.put(static_cast<std::uint8_t>(rest));
    }
}

std::vector<TensorEntry> get_table(std::span<const std::byte> table, std::uint32_t count) {
    std::vector<TensorEntry> tensors(count);
    ByteReader reader(table);
    for (std::size_t t = 0; t < count; ++t) {
        if (reader.left() == 0)
            reject(fmt::format("the table ends after {} tensors, expected {}", t, count));
        tensors[t].encoding = static_cast<Encoding>(reader.get<std::uint8_t>());
        tensors[t].elements = get_leb128(reader, t);
    }
    if (reader.left() != 0)
        reject(
            fmt::format("{} bytes left in the table after its {} tensors", reader.left(), count));
    return tensors;
}

void check_model(std::span<const TensorEntry> found, std::span<const TensorEntry> expected) {
    const std::size_t both = std::min(found.size(), expected.size());
    for (std::size_t t = 0; t < both; ++t)
        if (found[t] != expected[t])
            reject(fmt::format("wrong model: tensor {} has {}, expected {}", t, told(found[t]),
                               told(expected[t])));
    if (found.size() != expected.size())
        reject(fmt::format("wrong model: {} tensors, expected {}", found.size(), expected.size()));
}

} // namespace wire
} // namespace fedmrn
