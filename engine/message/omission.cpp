// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/message/omission.hpp"

#include <algorithm>
#include <bit>

#include "engine/message/table.hpp"

namespace fedmrn {
namespace {

/// Bits that are set from bit `first` to `end`.
std::size_t ones(std::span<const std::uint32_t> words, std::size_t first, std::size_t end) {
    std::size_t set = 0;
    while (first < end) {
        const std::size_t count = std::min(end - first, 32 - first % 32);
        const std::uint32_t all = count == 32 ? ~0u : (1u << count) - 1u;
        set += static_cast<std::size_t>(std::popcount(words[first / 32] >> first % 32 & all));
        first += count;
    }
    return set;
}

} // namespace

std::optional<Omission> Omission::of(std::vector<TensorEntry> whole, std::size_t elements,
                                     std::vector<std::uint32_t> left_out) {
    Omission made;
    made.table_ = whole;
    std::size_t first = 0;
    for (TensorEntry& entry : made.table_) {
        if (first >= elements) {
            break;
        }
        const bool fits = entry.encoding == made.table_.front().encoding &&
                          (entry.encoding == Encoding::float32 || entry.encoding == Encoding::mask);
        const std::size_t end = first + entry.elements;
        if (!fits || end > elements) {
            return std::nullopt;
        }
        entry.elements -= ones(left_out, first, end);
        made.kept_ += entry.elements;
        first = end;
    }
    if (elements == 0 || first != elements) {
        return std::nullopt;
    }
    made.bits_ = whole.front().encoding == Encoding::mask;
    made.whole_bytes_ = wire::extent_of(whole).message_bytes();
    made.whole_ = std::move(whole);
    made.left_out_ = std::move(left_out);
    made.elements_ = elements;
    return made;
}

template <class Body> void Omission::for_kept(const Body& body) const {
    std::size_t j = 0;
    for (std::size_t begin = 0; begin < elements_; begin += 32) {
        const std::size_t count = std::min<std::size_t>(elements_ - begin, 32);
        std::uint32_t left = ~left_out_[begin / 32] & (~0u >> (32 - count));
        for (; left != 0; left &= left - 1) {
            body(begin + static_cast<std::size_t>(std::countr_zero(left)), j++);
        }
    }
}

Message Omission::shortened(const MessageView& whole) const {
    MessageView front = whole; // what is copied as it is
    front.tensors = table_;
    if (bits_) {
        front.mask = {};
    } else {
        front.dense = whole.dense.subspan(elements_);
    }
    Message made = owned(front);
    if (bits_) {
        made.mask.assign(words_of(kept_), 0);
        for_kept([&](std::size_t i, std::size_t j) {
            made.mask[j / 32] |= (whole.mask[i / 32] >> i % 32 & 1u) << j % 32;
        });
    } else {
        made.dense.insert(made.dense.begin(), kept_, 0.0f);
        for_kept([&](std::size_t i, std::size_t j) { made.dense[j] = whole.dense[i]; });
    }
    return made;
}

Message Omission::whole(const MessageView& short_one) const {
    MessageView front = short_one;
    front.tensors = whole_;
    if (bits_) {
        front.mask = {};
    } else {
        front.dense = short_one.dense.subspan(kept_);
    }
    Message made = owned(front);
    if (bits_) {
        made.mask.assign(words_of(elements_), 0);
        for_kept([&](std::size_t i, std::size_t j) {
            made.mask[i / 32] |= (short_one.mask[j / 32] >> j % 32 & 1u) << i % 32;
        });
    } else {
        made.dense.insert(made.dense.begin(), elements_, 0.0f);
        for_kept([&](std::size_t i, std::size_t j) { made.dense[i] = short_one.dense[j]; });
    }
    return made;
}

} // namespace fedmrn
