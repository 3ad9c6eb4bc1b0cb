// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/message/table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/words.hpp"
#include "engine/message/sparse.hpp"
#include "engine/message/wire.hpp"

namespace fedmrn {

std::string encoding_name(Encoding encoding) {
    if (const unsigned bits = code_bits(encoding); bits != 0)
        return fmt::format("{}-bit{}", bits,
                           has_buckets(encoding) ? " bucketed"
                           : has_scale(encoding) ? " scaled"
                                                 : "");
    if (encoding == Encoding::sparse) return "sparse";
    return encoding == Encoding::mask ? "mask" : "float32";
}

namespace wire {
namespace {

std::size_t leb128_bytes(std::uint64_t value) {
    std::size_t bytes = 1;
    while (value >>= 7) ++bytes;
    return bytes;
}

void put_leb128(ByteWriter& writer, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) writer.put(static_cast<std::uint8_t>(value | 0x80U));
    writer.put(static_cast<std::uint8_t>(value));
}

// Unsigned LEB128, shortest form only, so that a table has one spelling. what: "element count".
std::uint64_t get_leb128(ByteReader& reader, std::size_t tensor, const char* what) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 49; shift += 7) {
        if (reader.left() == 0)
            reject(fmt::format("tensor {}: {} is cut off by the table's end", tensor, what));
        const auto byte = reader.get<std::uint8_t>();
        value |= std::uint64_t{byte & 0x7FU} << shift;
        if ((byte & 0x80U) != 0) continue;
        if (byte == 0 && shift > 0)
            reject(fmt::format("tensor {}: overlong {}, {} bytes for {}", tensor, what,
                               shift / 7 + 1, value));
        return value;
    }
    reject(fmt::format("tensor {}: {} of more than 7 bytes", tensor, what));
}

std::string told(const TensorEntry& entry) {
    return fmt::format("{}{} {} elements", entry.ones != 0 ? fmt::format("{} of ", entry.ones) : "",
                       entry.elements, encoding_name(entry.encoding));
}

void check_ones(std::size_t tensor, const TensorEntry& entry) {
    const auto& [encoding, elements, ones] = entry;
    if (encoding != Encoding::sparse) {
        if (ones != 0)
            reject(fmt::format("tensor {}: {} ones of a {} tensor, expected 0", tensor, ones,
                               encoding_name(encoding)));
    } else if (ones > elements) {
        reject(fmt::format("tensor {}: impossible count, {} in {}", tensor, plural(ones, "one"),
                           plural(elements, "element")));
    }
}

} // namespace

std::size_t Extent::padding() const { return (4 - (header_bytes + table_bytes) % 4) % 4; }

std::size_t Extent::message_bytes() const {
    return header_bytes + table_bytes + padding() + 4 * mask_words() + 4 * stream_words +
           4 * packed_words + 4 * scales + 4 * dense + crc_bytes;
}

Extent extent_of(std::span<const TensorEntry> tensors) {
    if (tensors.size() > max_tensors)
        reject(fmt::format("{} tensors, at most {} fit", tensors.size(), max_tensors));
    Extent extent;
    for (std::size_t t = 0; t < tensors.size(); ++t) {
        const auto [encoding, elements, ones] = tensors[t];
        const bool is_packed = code_bits(encoding) != 0;
        if (encoding > Encoding::sparse && !is_packed)
            reject(
                fmt::format("tensor {}: unknown encoding {}, expected 0 (float32), 1 (mask), "
                            "2 (sparse), 33 to 48 (packed), 65 to 80 (packed with a scale) or 97 "
                            "to 112 (packed with a scale for every 512)",
                            t, static_cast<unsigned>(encoding)));
        // All sums stay below elements_end, so adding a checked count cannot overflow.
        if (elements >= elements_end ||
            extent.masked + extent.dense + extent.packed + extent.sparse + elements >= elements_end)
            reject(fmt::format("tensor {}: impossible count, {} elements reach the limit of 2^48",
                               t, elements));
        check_ones(t, tensors[t]);
        (is_packed                      ? extent.packed
         : encoding == Encoding::mask   ? extent.masked
         : encoding == Encoding::sparse ? extent.sparse
                                        : extent.dense) += elements;
        extent.packed_words += packed_words(tensors[t]);
        extent.sparse_words += sparse_words(tensors[t]);
        extent.scales += tensors[t].scales();
        extent.table_bytes += 1 + leb128_bytes(elements);
        if (encoding == Encoding::sparse) extent.table_bytes += leb128_bytes(ones);
    }
    return extent;
}

void add_streams(Extent& extent, const Table& table) {
    auto words = table.streams.begin();
    for (std::size_t t = 0; t < table.tensors.size(); ++t) {
        const auto& [encoding, elements, ones] = table.tensors[t];
        if (encoding != Encoding::sparse) continue;
        const std::uint64_t fewest = fewest_words(elements, ones),
                            most = most_words(elements, ones);
        if (*words < fewest || *words > most)
            reject(fmt::format("tensor {}: impossible count, {} of positions, {} of {} "
                               "elements take {} to {}",
                               t, plural(*words, "word"), ones, elements, fewest, most));
        extent.stream_words += *words;
        extent.table_bytes += leb128_bytes(*words++);
    }
}

void put_table(ByteWriter& writer, const Table& table) {
    auto words = table.streams.begin();
    for (const auto& [encoding, elements, ones] : table.tensors) {
        writer.put(static_cast<std::uint8_t>(encoding));
        put_leb128(writer, elements);
        if (encoding != Encoding::sparse) continue;
        put_leb128(writer, ones);
        put_leb128(writer, *words++);
    }
}

Table get_table(std::span<const std::byte> bytes, std::uint32_t count) {
    Table table;
    table.tensors.resize(count);
    ByteReader reader(bytes);
    for (std::size_t t = 0; t < count; ++t) {
        auto& [encoding, elements, ones] = table.tensors[t];
        if (reader.left() == 0)
            reject(fmt::format("the table ends after {}, expected {}", plural(t, "tensor"), count));
        encoding = static_cast<Encoding>(reader.get<std::uint8_t>());
        elements = get_leb128(reader, t, "element count");
        if (encoding != Encoding::sparse) continue;
        ones = get_leb128(reader, t, "count of ones");
        table.streams.push_back(get_leb128(reader, t, "count of words"));
    }
    if (reader.left() != 0)
        reject(fmt::format("{} left in the table after {}", plural(reader.left(), "byte"),
                           plural(count, "tensor")));
    return table;
}

void check_believable(std::span<const TensorEntry> found) {
    std::uint64_t elements = 0, believed = believed_elements;
    for (std::size_t t = 0; t < found.size(); ++t) {
        if (found[t].encoding != Encoding::sparse) continue;
        elements += found[t].elements;
        believed += believed_elements_a_one * found[t].ones;
        if (elements > believed)
            reject(fmt::format("tensor {}: {} elements of sparse tensors so far, more than {} are "
                               "not believed without the model",
                               t, elements, believed));
    }
}

void check_model(std::span<const TensorEntry> found, std::span<const TensorEntry> expected) {
    const std::size_t both = std::min(found.size(), expected.size());
    for (std::size_t t = 0; t < both; ++t)
        if (found[t] != expected[t])
            reject(fmt::format("wrong model: tensor {} has {}, expected {}", t, told(found[t]),
                               told(expected[t])));
    if (found.size() != expected.size())
        reject(fmt::format("wrong model: {}, expected {}", plural(found.size(), "tensor"),
                           expected.size()));
}

} // namespace wire
} // namespace fedmrn
