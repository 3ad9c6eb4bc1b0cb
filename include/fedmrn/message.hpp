// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fedmrn {

/// How the elements of one tensor stand in the payload.
enum class Encoding : std::uint8_t {
    float32 = 0, ///< 32 bits an element, IEEE 754, little endian
    mask = 1,    ///< 1 bit an element, packed in 32-bit little-endian words
};

struct TensorEntry {
    Encoding encoding = Encoding::float32;
    std::uint64_t elements = 0;
    bool operator==(const TensorEntry&) const = default;
};

/// What a client uploads, decoded. The masked elements of all mask tensors form one bit string in
/// table order (bit i of it is bit i % 32 of word i / 32; bits past the end are zero); the elements
/// of all float32 tensors form one float array in table order.
struct Message {
    std::uint8_t method = 0;  ///< number of the method, see fedmrn/method.hpp
    std::uint8_t variant = 0; ///< of the method
    float parameter = 0;      ///< of the method: α for FedMRN
    std::uint32_t round = 0;
    std::uint64_t client = 0;
    std::uint64_t seed = 0;    ///< s_k,t: regenerates the noise
    std::uint64_t samples = 0; ///< N_k, 1 … 2^40
    std::vector<TensorEntry> tensors;
    std::vector<std::uint32_t> mask;
    std::vector<float> dense;
    bool operator==(const Message&) const = default;
};

/// The message as bytes: 48-byte header, tensor table, payload, CRC32C of all before it; the format
/// is drawn in docs/message.md. Throws Error if mask or dense disagree with the table, a count is
/// outside of the format, or a float is not finite (that one as Fault::run: the client diverged).
std::vector<std::byte> encode(const Message& message);

/// Reads a message and checks everything in it; expected is the receiver's own tensor table.
/// Throws Error with the reason for any byte string that encode() cannot have made, or whose table
/// differs from expected. Never reads outside bytes, never allocates more than they justify.
Message decode(std::span<const std::byte> bytes, std::span<const TensorEntry> expected);

/// As above, for a reader that does not know the model (fedmrn inspect).
Message decode(std::span<const std::byte> bytes);

} // namespace fedmrn
