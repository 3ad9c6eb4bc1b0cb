// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace fedmrn::coder {

inline constexpr std::size_t activity_levels = 16;

/// How many of the bits that came lately were set: each 32 elements count half of the 32 after
/// them. Neighbours are alike: weights of a filter move the same way, and some hardly move.
class Activity {
public:
    /// bits: those that are set, of the elements.
    void add(std::uint32_t bits, std::uint32_t elements) {
        set_ = set_ / 2 + unit * static_cast<std::uint32_t>(std::popcount(bits));
        all_ = all_ / 2 + unit * static_cast<std::uint32_t>(std::popcount(elements));
    }

    /// In which part of 0 … 1 the share lies; parts are narrow where it is small.
    [[nodiscard]] std::size_t level() const {
        std::size_t level = 0;
        for (const std::uint32_t bound : bounds) level += 64 * set_ >= bound * (all_ + 1) ? 1 : 0;
        return level;
    }

private:
    static constexpr std::uint32_t unit = 256;
    /// In 64ths.
    static constexpr std::array<std::uint32_t, activity_levels - 1> bounds{
        1, 2, 3, 5, 7, 9, 12, 15, 18, 22, 26, 31, 37, 44, 52};

    std::uint32_t set_ = unit, all_ = 4 * unit; ///< before any came: a quarter
};

} // namespace fedmrn::coder
