// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Codes of a few bits in planes, as a packed tensor has them (fedmrn/message.hpp): word b ⌊i / 32⌋
// + p holds bit p of 32 neighbours' codes. Bit 0 is the sign, those above it the level. A level is
// coded from its highest bit down, each under the bits above it, the sign under whether the level
// is zero.
namespace fedmrn::coder {

/// Codes of more bits stay as they are.
inline constexpr unsigned most_plane_bits = 8;

/// Contexts of codes of so many bits, a byte each in a table.
constexpr std::size_t plane_contexts(unsigned bits) { return (std::size_t{1} << (bits - 1)) + 1; }

/// Coded planes, or nothing where that is no shorter. words: of `elements` codes of 1 …
/// most_plane_bits bits, bits past the end zero.
std::vector<std::byte> code_planes(std::span<const std::uint32_t> words, unsigned bits,
                                   std::uint64_t elements);

/// Reads them off the front of coded into words. False: nothing that code_planes makes of so many
/// codes begins so.
bool read_planes(std::span<const std::byte>& coded, unsigned bits, std::uint64_t elements,
                 std::span<std::uint32_t> words);

} // namespace fedmrn::coder
