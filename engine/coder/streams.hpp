// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "engine/coder/stream.hpp"

// An array of elements as streams of 262,144 each: their lengths, then one after the other.
namespace fedmrn::coder {

/// Words of 32 elements that share a stream.
inline constexpr std::size_t stream_words = 8192;

constexpr std::size_t words_of_bits(std::uint64_t elements) { return (elements + 31) / 32; }
constexpr std::size_t streams_of(std::size_t words) {
    return (words + stream_words - 1) / stream_words;
}

/// Gives no chance to the lanes of a word that lie past the last element.
inline void cut(Chances& chances, std::size_t word, std::uint64_t elements) {
    const std::size_t left = std::min<std::uint64_t>(elements - 32 * word, lanes);
    std::fill(chances.begin() + static_cast<std::ptrdiff_t>(left), chances.end(), std::uint8_t{0});
}

/// Adds streams to bytes. put(writer, word) puts a word's bits; words come from the last of a
/// stream to its first.
template <class Put> void write_streams(std::vector<std::byte>& bytes, std::size_t words, Put put) {
    const std::size_t lengths = bytes.size(), count = streams_of(words);
    bytes.resize(lengths + count * sizeof(std::uint32_t));
    StreamWriter writer;
    for (std::size_t s = 0; s < count; ++s) {
        const std::size_t first = s * stream_words;
        for (std::size_t word = std::min(words, first + stream_words); word-- > first;)
            put(writer, word);
        const std::size_t before = bytes.size();
        writer.end(bytes);
        const auto length = static_cast<std::uint32_t>(bytes.size() - before);
        std::memcpy(bytes.data() + lengths + s * sizeof length, &length, sizeof length);
    }
}

/// Reads them off the front of bytes. take(reader, word) takes a word's bits; words come in their
/// order. False: no streams of so many words begin so.
template <class Take>
bool read_streams(std::span<const std::byte>& bytes, std::size_t words, Take take) {
    const std::size_t count = streams_of(words);
    if (bytes.size() / sizeof(std::uint32_t) < count) return false;
    std::span<const std::byte> lengths = bytes.first(count * sizeof(std::uint32_t));
    bytes = bytes.subspan(lengths.size());
    for (std::size_t s = 0; s < count; ++s) {
        std::uint32_t length = 0;
        std::memcpy(&length, lengths.data() + s * sizeof length, sizeof length);
        if (length > bytes.size()) return false;
        StreamReader reader(bytes.first(length));
        bytes = bytes.subspan(length);
        const std::size_t first = s * stream_words;
        for (std::size_t word = first; word < std::min(words, first + stream_words); ++word)
            take(reader, word);
        if (!reader.ended()) return false;
    }
    return true;
}

} // namespace fedmrn::coder
