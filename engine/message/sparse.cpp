// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/message/sparse.hpp"

#include <optional>

#include <fmt/format.h>

#include "engine/base/words.hpp"
#include "engine/message/wire.hpp"

namespace fedmrn::wire {
namespace {

/// Sets bits in words that start as zeros and suffice.
class BitWriter {
public:
    explicit BitWriter(std::span<std::uint32_t> words) : words_(words) {}
    [[nodiscard]] std::uint64_t written() const { return at_; }

    /// The low `count` < 32 bits of value, which has no others.
    void put(std::uint32_t value, unsigned count) {
        const std::uint64_t placed = std::uint64_t{value} << at_ % 32;
        if (value != 0) words_[at_ / 32] |= static_cast<std::uint32_t>(placed);
        if (placed >> 32 != 0) words_[at_ / 32 + 1] |= static_cast<std::uint32_t>(placed >> 32);
        at_ += count;
    }
    /// Zeros and a one.
    void put_unary(std::uint64_t zeros) {
        at_ += zeros;
        put(1, 1);
    }

private:
    std::span<std::uint32_t> words_;
    std::uint64_t at_ = 0;
};

/// Reads them back; nothing where the stream ends too early.
class BitReader {
public:
    explicit BitReader(std::span<const std::uint32_t> words) : words_(words) {}
    [[nodiscard]] std::uint64_t read() const { return at_; }

    std::optional<std::uint32_t> get(unsigned count) {
        if (32 * words_.size() - at_ < count) return std::nullopt;
        std::uint64_t both = at_ / 32 < words_.size() ? words_[at_ / 32] : 0;
        if (at_ / 32 + 1 < words_.size()) both |= std::uint64_t{words_[at_ / 32 + 1]} << 32;
        const auto value = static_cast<std::uint32_t>(both >> at_ % 32 & ((1U << count) - 1));
        at_ += count;
        return value;
    }
    std::optional<std::uint64_t> get_unary() {
        const std::uint64_t first = at_;
        while (at_ / 32 < words_.size()) {
            const std::uint32_t rest = words_[at_ / 32] >> at_ % 32;
            if (rest == 0) {
                at_ = (at_ / 32 + 1) * 32;
                continue;
            }
            at_ += static_cast<unsigned>(std::countr_zero(rest));
            return at_++ - first;
        }
        return std::nullopt;
    }

private:
    std::span<const std::uint32_t> words_;
    std::uint64_t at_ = 0;
};

} // namespace

std::vector<std::uint32_t> put_positions(const TensorEntry& entry,
                                         std::span<const std::uint32_t> bits) {
    const unsigned low = rice_bits(entry.elements, entry.ones);
    std::vector<std::uint32_t> stream(most_words(entry.elements, entry.ones));
    BitWriter writer(stream);
    std::uint64_t next = 0; // the first element that no gap has passed
    for (std::size_t word = 0; word < bits.size(); ++word) {
        for (std::uint32_t left = bits[word]; left != 0; left &= left - 1) {
            const auto position = 32 * word + static_cast<unsigned>(std::countr_zero(left));
            const std::uint64_t gap = position - next;
            writer.put_unary(gap >> low);
            writer.put(static_cast<std::uint32_t>(gap & ((1U << low) - 1)), low);
            next = position + 1;
        }
    }
    stream.resize((writer.written() + 31) / 32);
    return stream;
}

void get_positions(std::size_t tensor, const TensorEntry& entry,
                   std::span<const std::uint32_t> stream, std::span<std::uint32_t> bits) {
    const unsigned low = rice_bits(entry.elements, entry.ones);
    BitReader reader(stream);
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i < entry.ones; ++i) {
        const auto high = reader.get_unary();
        const auto rest = high ? reader.get(low) : std::nullopt;
        if (!rest)
            reject(fmt::format("tensor {}: its positions end after {}, expected {}", tensor, i,
                               entry.ones));
        const std::uint64_t position = next + (*high << low | *rest);
        if (position >= entry.elements)
            reject(fmt::format("tensor {}: position {} is {}, expected below {}", tensor, i,
                               position, entry.elements));
        bits[position / 32] |= 1U << position % 32;
        next = position + 1;
    }
    if (const std::uint64_t used = (reader.read() + 31) / 32; used < stream.size())
        reject(fmt::format("tensor {}: {} past the last of {}", tensor,
                           plural(stream.size() - used, "word"), plural(entry.ones, "position")));
    if (const auto used = reader.read() % 32; used != 0 && stream.back() >> used != 0)
        reject(fmt::format("tensor {}: bits past the last of {} are set", tensor,
                           plural(entry.ones, "position")));
}

} // namespace fedmrn::wire
