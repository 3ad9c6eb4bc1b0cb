// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/rans_packing.hpp"

#include <cstring>
#include <optional>

#include "engine/coder/mask.hpp"
#include "engine/coder/planes.hpp"
#include "engine/message/front.hpp"
#include "engine/method/fedmrn.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

using Bytes = std::span<const std::byte>;

/// The first byte: the message stands as it is, or by its parts.
constexpr std::byte whole{0}, in_parts{1};
/// A part's first byte.
constexpr std::byte as_it_is{0}, coded{1};

/// A message's front; nothing of bytes that do not begin as a message.
std::optional<wire::Front> front_of(Bytes bytes) {
    try {
        return wire::get_front(bytes);
    } catch (const Error&) {
        return std::nullopt;
    }
}

coder::MaskFacts facts_of(const wire::Front& front) {
    coder::MaskFacts facts{front.extent.masked, {}};
    if (front.header.method == FedMrn::wire) facts.noise = front.header.seed;
    return facts;
}

std::vector<std::uint32_t> words_of(Bytes bytes) {
    std::vector<std::uint32_t> words(bytes.size() / sizeof(std::uint32_t));
    if (!words.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
    return words;
}

/// Whether bits past the last element are set, which no message has.
bool has_spare_bits(std::span<const std::uint32_t> last, std::uint64_t elements) {
    const unsigned used = elements % 32;
    if (used == 0) return false;
    for (const std::uint32_t word : last)
        if (word >> used != 0) return true;
    return false;
}

/// The parts of a message, one after the other: visit.mask(facts, bytes), visit.plain(bytes) and
/// visit.codes(entry, bytes), bytes being how many. False: one of them was false, and the last.
template <class Visit> bool each_part(const wire::Front& front, Visit& visit) {
    const wire::Extent& extent = front.extent;
    if (extent.masked != 0 && !visit.mask(facts_of(front), 4 * extent.mask_words())) return false;
    if (!visit.plain(4 * extent.stream_words)) return false;
    for (const TensorEntry& entry : front.table.tensors)
        if (wire::packed_words(entry) != 0 && !visit.codes(entry, 4 * wire::packed_words(entry)))
            return false;
    return visit.plain(4 * extent.scales + 4 * extent.dense + wire::crc_bytes);
}

/// Takes bytes off the front of others.
Bytes taken(Bytes& from, std::size_t count) {
    const Bytes front = from.first(count);
    from = from.subspan(count);
    return front;
}

class Pack {
public:
    Pack(Bytes message, std::vector<std::byte>& packed) : rest_(message), packed_(packed) {}

    bool plain(std::size_t bytes) {
        add(taken(rest_, bytes));
        return true;
    }
    bool mask(const coder::MaskFacts& facts, std::size_t bytes) {
        const Bytes part = taken(rest_, bytes);
        const auto words = words_of(part);
        return put(part, has_spare_bits(std::span(words).last(1), facts.elements)
                             ? std::vector<std::byte>()
                             : coder::code_mask(words, facts));
    }
    bool codes(const TensorEntry& entry, std::size_t bytes) {
        const unsigned bits = code_bits(entry.encoding);
        const Bytes part = taken(rest_, bytes);
        const auto words = words_of(part);
        const bool stays = bits > coder::most_plane_bits ||
                           has_spare_bits(std::span(words).last(bits), entry.elements);
        return put(part, stays ? std::vector<std::byte>()
                               : coder::code_planes(words, bits, entry.elements));
    }

private:
    void add(Bytes bytes) { packed_.insert(packed_.end(), bytes.begin(), bytes.end()); }
    bool put(Bytes part, const std::vector<std::byte>& shorter) {
        packed_.push_back(shorter.empty() ? as_it_is : coded);
        add(shorter.empty() ? part : Bytes(shorter));
        return true;
    }

    Bytes rest_;
    std::vector<std::byte>& packed_;
};

class Unpack {
public:
    Unpack(Bytes packed, std::span<std::byte> message) : rest_(packed), message_(message) {}

    bool plain(std::size_t bytes) {
        parts_.push_back({"the rest", bytes, bytes, false});
        return copy(bytes);
    }
    bool mask(const coder::MaskFacts& facts, std::size_t bytes) {
        return part("mask", bytes, [&](std::span<std::uint32_t> words) {
            return coder::read_mask(rest_, facts, words);
        });
    }
    bool codes(const TensorEntry& entry, std::size_t bytes) {
        const unsigned bits = code_bits(entry.encoding);
        return part("codes", bytes, [&](std::span<std::uint32_t> words) {
            return bits <= coder::most_plane_bits &&
                   coder::read_planes(rest_, bits, entry.elements, words);
        });
    }
    [[nodiscard]] bool ended() const { return rest_.empty() && message_.empty(); }
    [[nodiscard]] const std::vector<PackedPart>& parts() const { return parts_; }

private:
    bool copy(std::size_t bytes) {
        if (rest_.size() < bytes) return false;
        put(taken(rest_, bytes));
        return true;
    }
    void put(Bytes bytes) {
        if (!bytes.empty()) std::memcpy(message_.data(), bytes.data(), bytes.size());
        message_ = message_.subspan(bytes.size());
    }
    template <class Read> bool part(const char* name, std::size_t bytes, Read read) {
        const std::size_t before = rest_.size();
        const bool good = read_part(bytes, read);
        parts_.push_back({name, bytes, before - rest_.size(), coded_});
        return good;
    }
    template <class Read> bool read_part(std::size_t bytes, Read read) {
        if (rest_.empty()) return false;
        const std::byte how = taken(rest_, 1).front();
        coded_ = how == coded;
        if (how == as_it_is) return copy(bytes);
        std::vector<std::uint32_t> words(bytes / sizeof(std::uint32_t));
        if (how != coded || !read(std::span(words))) return false;
        put(std::as_bytes(std::span(words)));
        return true;
    }

    Bytes rest_;
    std::span<std::byte> message_;
    std::vector<PackedPart> parts_;
    bool coded_ = false; ///< the part that was read last
};

/// Fills message with what packed stands for; what it is made of, nothing where it is not that.
std::optional<std::vector<PackedPart>> read(Bytes packed, std::span<std::byte> message) {
    if (packed.empty()) return std::nullopt;
    const std::byte how = taken(packed, 1).front();
    const auto front = how == in_parts ? front_of(packed) : std::nullopt;
    Unpack parts(packed, message);
    const bool good = how == whole ? packed.size() == message.size() && parts.plain(message.size())
                                   : front && front->extent.message_bytes() == message.size() &&
                                         parts.plain(front->bytes()) && each_part(*front, parts) &&
                                         parts.ended();
    return good ? std::optional(parts.parts()) : std::nullopt;
}

} // namespace

std::vector<std::byte> RansPacking::pack(Bytes bytes) const {
    const auto front = front_of(bytes);
    std::vector<std::byte> packed;
    if (front && front->extent.message_bytes() == bytes.size()) {
        packed.push_back(in_parts);
        Pack parts(bytes, packed);
        parts.plain(front->bytes());
        each_part(*front, parts);
    }
    if (packed.empty() || packed.size() > bytes.size() + 1) {
        packed.assign(1, whole);
        packed.insert(packed.end(), bytes.begin(), bytes.end());
    }
    return packed;
}

bool RansPacking::unpack(Bytes packed, std::span<std::byte> bytes) const {
    return read(packed, bytes).has_value();
}

std::vector<PackedPart> RansPacking::parts(Bytes packed) const {
    const auto front = packed.empty() ? std::nullopt : front_of(packed.subspan(1));
    const std::uint64_t bytes = front ? front->extent.message_bytes() : packed.size() - 1;
    if (packed.empty() || bytes > most(packed.size())) return {};
    std::vector<std::byte> message(bytes);
    return read(packed, message).value_or(std::vector<PackedPart>());
}

std::optional<std::uint64_t> RansPacking::stays(std::span<const TensorEntry> table) const {
    const wire::Extent extent = wire::extent_of(table);
    if (extent.sparse != 0) return std::nullopt;
    return wire::packed_header_bytes + 1 + extent.message_bytes() + wire::crc_bytes -
           4 * (extent.mask_words() + extent.packed_words);
}

// A state falls from below 2³¹ to 2¹⁵ in at most 2,842 steps of the least cost, 1/256 of it each
// and rounded up, and takes in two bytes then: 178 bytes of bits for one.
std::uint64_t RansPacking::most(std::uint64_t packed) const {
    constexpr std::uint64_t bits_of_a_byte = 1421;
    return packed * bits_of_a_byte / 8 + packed;
}

} // namespace fedmrn
