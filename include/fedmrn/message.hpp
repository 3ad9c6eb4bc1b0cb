// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace fedmrn {

/// How the elements of one tensor stand in the payload.
enum class Encoding : std::uint8_t {
    float32 = 0,   ///< 32 bits an element, IEEE 754, little endian
    mask = 1,      ///< 1 bit an element, packed in 32-bit little-endian words
    sparse = 2,    ///< a bit an element of which few are set: their positions, Golomb–Rice coded
    packed = 32,   ///< packed + b: codes of b bits an element, b in 1 … 16; see packed_encoding
    scaled = 64,   ///< scaled + b: the same, and one float32 scale of the tensor
    bucketed = 96, ///< bucketed + b: the same, and a float32 scale for every 512 elements
};

inline constexpr unsigned max_code_bits = 16;
inline constexpr std::uint64_t bucket_elements = 512; ///< that share a scale

/// The encoding of codes of 1 … 16 bits an element, of a kind: packed, scaled or bucketed.
constexpr Encoding packed_encoding(unsigned bits, Encoding kind) {
    return static_cast<Encoding>(static_cast<unsigned>(kind) + bits);
}
/// With a scale a tensor or without.
constexpr Encoding packed_encoding(unsigned bits, bool with_scale) {
    return packed_encoding(bits, with_scale ? Encoding::scaled : Encoding::packed);
}
/// Bits a code of a packed encoding, 0 of any other.
constexpr unsigned code_bits(Encoding encoding) {
    const auto bits = static_cast<unsigned>(encoding) % 32;
    const bool packed = static_cast<unsigned>(encoding) / 32 - 1 < 3;
    return packed && bits <= max_code_bits ? bits : 0;
}
/// Whether it has scales.
constexpr bool has_scale(Encoding encoding) {
    return code_bits(encoding) != 0 && encoding > Encoding::scaled;
}
/// Whether it has one for every bucket_elements.
constexpr bool has_buckets(Encoding encoding) {
    return code_bits(encoding) != 0 && encoding > Encoding::bucketed;
}
/// 32-bit words of a bit for each element.
constexpr std::size_t words_of(std::uint64_t elements) { return (elements + 31) / 32; }
/// "float32", "mask", "sparse", "2-bit", "2-bit scaled" or "2-bit bucketed".
std::string encoding_name(Encoding encoding);

struct TensorEntry {
    Encoding encoding = Encoding::float32;
    std::uint64_t elements = 0;
    std::uint64_t ones = 0; ///< sparse: elements that are set; else 0
    bool operator==(const TensorEntry&) const = default;
    /// Float32 scales of a packed tensor.
    [[nodiscard]] constexpr std::uint64_t scales() const {
        return has_buckets(encoding) ? (elements + bucket_elements - 1) / bucket_elements
                                     : (has_scale(encoding) ? 1 : 0);
    }
};

/// What a client uploads, decoded. The masked elements of all mask tensors form one bit string in
/// table order (bit i of it is bit i % 32 of word i / 32; bits past the end are zero); the bits of
/// the sparse tensors follow in the same form, each tensor from a word of its own. The elements of
/// all float32 tensors form one float array in table order. The codes of a packed tensor start at a
/// word of their own and stand in planes: word (i / 32) · b + p holds bit p of the codes of 32
/// neighbours, element i in its bit i % 32; bits past the end are zero.
struct Message {
    std::uint8_t method = 0;  ///< number of the method, see docs/message.md
    std::uint8_t variant = 0; ///< of the method
    float parameter = 0;      ///< of the method: α for FedMRN
    std::uint32_t round = 0;
    std::uint64_t client = 0;
    std::uint64_t seed = 0;    ///< what a reader draws with: s_k,t, or the experiment's
    std::uint64_t samples = 0; ///< N_k, 1 … 2^40
    std::vector<TensorEntry> tensors;
    std::vector<std::uint32_t> mask;   ///< of all mask tensors, then of all sparse ones
    std::vector<std::uint32_t> packed; ///< of all packed tensors, in table order
    std::vector<float> scales;         ///< of those with a scale, in table order
    std::vector<float> dense;
    bool operator==(const Message&) const = default;
};

/// The message as bytes: 48-byte header, tensor table, payload, CRC32C of all before it; the format
/// is drawn in docs/message.md. Throws Error if the payload disagrees with the table, a count is
/// outside of the format, or a float is not finite (that one as Fault::run: the client diverged).
std::vector<std::byte> encode(const Message& message);

/// Reads a message and checks everything in it; expected is the receiver's own tensor table.
/// Throws Error with the reason for any byte string that encode() cannot have made, or whose table
/// differs from expected. Never reads outside bytes, never allocates more than they justify.
Message decode(std::span<const std::byte> bytes, std::span<const TensorEntry> expected);

/// As above, for a reader that does not know the model (fedmrn inspect): it rejects more than 2^28
/// elements of sparse tensors and 4096 more for each one that is set.
Message decode(std::span<const std::byte> bytes);

} // namespace fedmrn
#pragma GCC visibility pop
