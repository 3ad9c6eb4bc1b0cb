// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "engine/base/crc32c.hpp"
#include "engine/stage/deflate_packing.hpp"
#include "engine/stage/rans_packing.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn::fuzz {

/// A limit as a receiver has one: that of a model of some kilobytes.
inline constexpr std::uint64_t unpack_limit = 1 << 16;

/// unpacked() either gives the reason in one line, or as many bytes as were claimed, within the
/// limit, which packed() and unpacked() take there and back. Anything else leaves here as an
/// exception. True if the bytes are a packed message.
inline bool unpacks_or_rejects(const Packing& packing, std::span<const std::byte> bytes) {
    std::vector<std::byte> message;
    try {
        message = unpacked(packing, bytes, unpack_limit);
    } catch (const Error& error) {
        const std::string_view reason = error.what();
        if (!reason.starts_with("uplink message: ") || reason.find('\n') != reason.npos)
            throw std::logic_error("unpacked: not a reason in one line");
        return false;
    }
    if (message.size() > unpack_limit || message.size() != claimed_bytes(bytes))
        throw std::logic_error("unpacked: not the bytes that were claimed");
    if (unpacked(packing, packed(packing, message), message.size()) != message)
        throw std::logic_error("unpacked(packed(x)) is not x");
    for (const PackedPart& part : packed_parts(packing, bytes))
        if (part.bytes > message.size()) throw std::logic_error("a part of more than all");
    return true;
}

/// The same of each packing, and once more with a CRC that fits: without it no input gets past that
/// check.
inline bool check_unpack(std::span<const std::byte> bytes) {
    const auto by_any = [](std::span<const std::byte> given) {
        const bool deflated = unpacks_or_rejects(DeflatePacking(), given);
        return unpacks_or_rejects(RansPacking(), given) || deflated;
    };
    const bool as_given = by_any(bytes);
    if (bytes.size() < 4) return as_given;
    std::vector<std::byte> forged(bytes.begin(), bytes.end());
    const auto crc = crc32c(bytes.first(bytes.size() - 4));
    std::memcpy(forged.data() + forged.size() - 4, &crc, 4);
    return by_any(forged) || as_given;
}

} // namespace fedmrn::fuzz
