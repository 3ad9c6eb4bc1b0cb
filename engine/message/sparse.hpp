// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fedmrn/message.hpp"

// The positions of a sparse tensor's ones as a stream of bits: for each the gap of elements that
// are not set ahead of it, in Golomb–Rice code with a parameter that follows from the numbers of
// elements and ones. docs/message.md draws it.
namespace fedmrn::wire {

/// What a reader that does not know the model believes of sparse tensors: so many elements of a
/// message, and so many more for each one that is set. It bounds the memory that a short stream can
/// ask for to 32 MiB and 512 bytes a one; a receiver is bounded by its own table.
inline constexpr std::uint64_t believed_elements = std::uint64_t{1} << 28;
inline constexpr std::uint64_t believed_elements_a_one = 4096;

inline constexpr unsigned most_rice_bits = 31;

/// Low bits of a gap that are sent as they are. The best ones for gaps of a geometric distribution:
/// A. Kiely, Selecting the Golomb Parameter in Rice Coding, IPN Progress Report 42-159 (2004), with
/// ln(φ) ≈ 77/160 and −1/ln(1 − p) ≈ 1/p − 1/2.
constexpr unsigned rice_bits(std::uint64_t elements, std::uint64_t ones) {
    return ones == 0 ? 0
                     : std::min(most_rice_bits, static_cast<unsigned>(std::bit_width(
                                                    77 * (2 * elements - ones) / (320 * ones))));
}

/// Words of a stream: no set of positions takes fewer or more.
constexpr std::uint64_t fewest_words(std::uint64_t elements, std::uint64_t ones) {
    return (ones * (1 + rice_bits(elements, ones)) + 31) / 32;
}
constexpr std::uint64_t most_words(std::uint64_t elements, std::uint64_t ones) {
    if (ones == 0) return 0;
    const unsigned low = rice_bits(elements, ones);
    return (ones * (1 + low) + ((elements - ones) >> low) + 31) / 32;
}

/// The stream of the ones of `bits`, ⌈elements / 32⌉ words that hold as many as the entry says.
std::vector<std::uint32_t> put_positions(const TensorEntry& entry,
                                         std::span<const std::uint32_t> bits);

/// Sets the ones of a stream in `bits`, ⌈elements / 32⌉ words of zeros. Throws Error with the
/// tensor's number where put_positions cannot have written it.
void get_positions(std::size_t tensor, const TensorEntry& entry,
                   std::span<const std::uint32_t> stream, std::span<std::uint32_t> bits);

} // namespace fedmrn::wire
