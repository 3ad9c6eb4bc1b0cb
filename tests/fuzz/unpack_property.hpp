// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "engine/base/crc32c.hpp"
#include "engine/stage/deflate_packing.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn::fuzz {

/// A limit as a receiver has one: that of a model of some kilobytes.
inline constexpr std::uint64_t unpack_limit = 1 << 16;

/// unpacked() either gives the reason in one line, or as many bytes as were claimed, within the
/// limit, which packed() and unpacked() take there and back. Anything else leaves here as an
/// exception. True if the bytes are a packed message.
inline bool unpacks_or_rejects(std::span<const std::byte> bytes) {
    const DeflatePacking deflate;
    std::vector<std::byte> message;
    try {
        message = unpacked(deflate, bytes, unpack_limit);
    } catch (const Error& error) {
        const std::string_view reason = error.what();
        if (!reason.starts_with("uplink message: ") || reason.find('\n') != reason.npos)
            throw std::logic_error("unpacked: not a reason in one line");
        return false;
    }
    if (message.size() > unpack_limit || message.size() != claimed_bytes(bytes))
        throw std::logic_error("unpacked: not the bytes that were claimed");
    if (unpacked(deflate, packed(deflate, message), message.size()) != message)
        throw std::logic_error("unpacked(packed(x)) is not x");
    return true;
}

/// The same, and once more with a CRC that fits: without it no input gets past that check.
inline bool check_unpack(std::span<const std::byte> bytes) {
    const bool as_given = unpacks_or_rejects(bytes);
    if (bytes.size() < 4) return as_given;
    std::vector<std::byte> forged(bytes.begin(), bytes.end());
    const auto crc = crc32c(bytes.first(bytes.size() - 4));
    std::memcpy(forged.data() + forged.size() - 4, &crc, 4);
    return unpacks_or_rejects(forged) || as_given;
}

} // namespace fedmrn::fuzz
