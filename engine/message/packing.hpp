// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fedmrn/message.hpp"

namespace fedmrn {

/// A part of a packed message.
struct PackedPart {
    std::string name;
    std::uint64_t bytes = 0, packed = 0; ///< without and with the packing
    bool coded = false;                  ///< false: it stands as it is
};

/// A way to turn bytes into fewer bytes and back, without loss. Stateless; used by many threads.
class Packing {
public:
    virtual ~Packing() = default;

    /// Its number in a packed message, no other packing's.
    [[nodiscard]] virtual std::uint8_t number() const = 0;
    /// As an error names it.
    [[nodiscard]] virtual const char* name() const = 0;
    [[nodiscard]] virtual std::vector<std::byte> pack(std::span<const std::byte> bytes) const = 0;
    /// Fills bytes with what was packed; false: packed is not what pack makes of that many bytes.
    /// Writes nothing beside bytes, whatever packed holds.
    [[nodiscard]] virtual bool unpack(std::span<const std::byte> packed,
                                      std::span<std::byte> bytes) const = 0;
    /// More bytes than so many packed ones can never stand for.
    [[nodiscard]] virtual std::uint64_t most(std::uint64_t packed) const = 0;

    /// What packed bytes are made of, for whoever shows it; nothing: this packing knows no parts.
    [[nodiscard]] virtual std::vector<PackedPart>
    parts(std::span<const std::byte> /*packed*/) const {
        return {};
    }
    /// Of all that is sent of a message of this table the bytes that stay, whatever its bits and
    /// codes are; nothing: there are none that are known.
    [[nodiscard]] virtual std::optional<std::uint64_t>
    stays(std::span<const TensorEntry> /*table*/) const {
        return std::nullopt;
    }
};

/// What a packed message says of itself.
struct PackedHeader {
    std::uint8_t packing = 0; ///< number of the packing
    std::uint64_t bytes = 0;  ///< of the message that is packed; a claim
};

/// A message's bytes, packed: a header, what the packing makes of them, CRC32C of all before it;
/// docs/message.md draws it.
std::vector<std::byte> packed(const Packing& packing, std::span<const std::byte> message);

/// Whether bytes begin as a packed message does.
bool is_packed(std::span<const std::byte> bytes);

/// Checks all of a packed message but what is packed. Throws Error for bytes that packed() cannot
/// have made.
PackedHeader packed_header(std::span<const std::byte> bytes);

/// Bytes of the message once it is unpacked, as it claims; of any other bytes their own number.
std::uint64_t claimed_bytes(std::span<const std::byte> bytes);

/// The message that packed() was given. Throws Error with the reason for bytes that it cannot have
/// made, for another packing's, and for more than `limit` bytes, before any are allocated.
std::vector<std::byte> unpacked(const Packing& packing, std::span<const std::byte> bytes,
                                std::uint64_t limit);

/// What a packed message is made of, as its packing shows it. Throws Error as packed_header() does.
std::vector<PackedPart> packed_parts(const Packing& packing, std::span<const std::byte> bytes);

/// The most bytes that a message of this table can have: a receiver's limit.
std::uint64_t most_message_bytes(std::span<const TensorEntry> expected);

} // namespace fedmrn
