// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "kernels/formula/rans.hpp"

// What a context says of its bits, and what they cost under it. Integers alone: senders on any
// machine choose alike.
namespace fedmrn::coder {

/// How often a context has come, and with a bit that was set.
struct Tally {
    std::uint64_t all = 0, set = 0;
    Tally& operator+=(const Tally& other) {
        all += other.all;
        set += other.set;
        return *this;
    }
};

/// The chance, 1 … 255 of 256, that is nearest to what came; a half for nothing.
constexpr std::uint8_t chance_of(const Tally& tally) {
    if (tally.all == 0) return formula::all_chances / 2;
    const std::uint64_t twice = 2 * tally.all;
    const std::uint64_t nearest = (2 * tally.set * formula::all_chances + tally.all) / twice;
    return static_cast<std::uint8_t>(
        std::clamp<std::uint64_t>(nearest, 1, formula::all_chances - 1));
}

/// A bit of information, in the unit of costs.
inline constexpr std::uint64_t one_bit = 1 << 12;

/// −log₂(share / 256) by squaring, rounded up.
constexpr std::uint32_t cost_of(std::uint32_t share) {
    std::uint32_t whole = 0; // ⌊log₂ share⌋
    while (share >> (whole + 1) != 0) ++whole;
    std::uint64_t x = std::uint64_t{share} << (31 - whole); // 1 … 2 with 31 bits behind the point
    std::uint32_t log = whole;
    for (std::uint64_t unit = one_bit; unit > 1; unit /= 2) {
        x = x * x >> 31;
        log = 2 * log + static_cast<std::uint32_t>(x >> 32);
        x >>= x >> 32;
    }
    return static_cast<std::uint32_t>(formula::chance_bits * one_bit) - log;
}

/// Costs of shares 0 … 256; of 0 as of 1, which it is never coded with.
inline constexpr auto costs = [] {
    std::array<std::uint32_t, formula::all_chances + 1> all{};
    for (std::uint32_t share = 0; share < all.size(); ++share) {
        all[share] = cost_of(std::max(share, 1U));
    }
    return all;
}();
static_assert(costs[256] == 0 && costs[128] == one_bit && costs[1] == 8 * one_bit);

/// What a context's bits cost.
constexpr std::uint64_t cost_of(const Tally& tally, std::uint8_t chance) {
    return tally.set * costs[chance] +
           (tally.all - tally.set) * costs[formula::all_chances - chance];
}

} // namespace fedmrn::coder
