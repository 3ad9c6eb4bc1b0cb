// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "engine/base/crc32c.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/message.hpp"

namespace fedmrn::fuzz {

/// decode() either gives the reason in one line, or the one message with these bytes. Anything
/// else, another exception included, leaves here as an exception. True if the bytes are a message.
inline bool decodes_or_rejects(std::span<const std::byte> bytes) {
    Message message;
    try {
        message = decode(bytes);
    } catch (const Error& error) {
        const std::string_view reason = error.what();
        if (!reason.starts_with("uplink message: ") || reason.find('\n') != reason.npos)
            throw std::logic_error("decode: not a reason in one line");
        return false;
    }
    const std::vector<std::byte> again = encode(message);
    if (!std::ranges::equal(again, bytes)) throw std::logic_error("encode(decode(x)) is not x");
    if (decode(bytes, message.tensors) != message)
        throw std::logic_error("decode: the sender's own table changes the message");
    return true;
}

/// The same, and once more with a CRC that fits: without it no input gets past that check.
inline bool check_decode(std::span<const std::byte> bytes) {
    const bool as_given = decodes_or_rejects(bytes);
    if (bytes.size() < 4) return as_given;
    std::vector<std::byte> forged(bytes.begin(), bytes.end());
    const auto crc = crc32c(bytes.first(bytes.size() - 4));
    std::memcpy(forged.data() + forged.size() - 4, &crc, 4);
    return decodes_or_rejects(forged) || as_given;
}

} // namespace fedmrn::fuzz
