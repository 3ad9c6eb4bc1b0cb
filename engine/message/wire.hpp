// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "fedmrn/error.hpp"

/// Constants of the uplink format, version 1; docs/message.md draws it.
namespace fedmrn::wire {

inline constexpr std::array<char, 4> magic{'F', 'M', 'R', 'N'};
inline constexpr std::uint16_t version = 1;
inline constexpr std::size_t header_bytes = 48;
inline constexpr std::size_t crc_bytes = 4;
/// What stands after the table, up to the next word.
inline constexpr std::array<std::byte, 4> no_padding{};

/// Around a packed message.
inline constexpr std::array<char, 4> packed_magic{'F', 'M', 'R', 'P'};
inline constexpr std::uint16_t packed_version = 1;
inline constexpr std::size_t packed_header_bytes = 16;

/// A table entry: a byte of encoding and a number of 1 … 7 bytes, of a sparse tensor three.
inline constexpr std::size_t min_entry_bytes = 2, max_entry_bytes = 22;
inline constexpr std::uint32_t max_tensors = 65'535;

/// Elements of one tensor, and of all tensors together, are fewer. No sum or byte count of the
/// format can overflow 64 bits below it.
inline constexpr std::uint64_t elements_end = std::uint64_t{1} << 48;
inline constexpr std::uint64_t max_samples = std::uint64_t{1} << 40;

[[noreturn]] inline void reject(const std::string& reason, Fault fault = Fault::input) {
    throw Error("uplink message: " + reason, fault);
}

} // namespace fedmrn::wire
