// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// Sums that must not depend on their order are integers. A dense value stands on a grid of 2⁻⁴⁰
/// (finer than a float above 1.6e-5) in an int64, its weighted sum in 128 bits.
__extension__ typedef __int128 Wide;

inline constexpr float dense_limit = 0x1p22f; ///< |value| must be below it

FEDMRN_FORMULA std::int64_t to_fixed(float value) {
    const double scaled = static_cast<double>(value) * 0x1p40;
    return static_cast<std::int64_t>(scaled + (scaled < 0.0 ? -0.5 : 0.5));
}

/// |value| as an integer of the same order; not a number is the largest of all.
FEDMRN_FORMULA std::uint32_t magnitude_bits(float value) {
    return __builtin_bit_cast(std::uint32_t, value) & 0x7fffffffu;
}
/// Back from there; not a number gives infinity.
FEDMRN_FORMULA float magnitude(std::uint32_t bits) {
    return __builtin_bit_cast(float, bits < 0x7f800000u ? bits : 0x7f800000u);
}

/// sum / weight, back on the real line; the division is an integer one, rounded to nearest.
FEDMRN_FORMULA double from_fixed(Wide sum, std::uint64_t weight) {
    const Wide divisor = static_cast<Wide>(weight), half = divisor / 2;
    const Wide rounded = (sum < 0 ? sum - half : sum + half) / divisor;
    return static_cast<double>(static_cast<std::int64_t>(rounded)) * 0x1p-40;
}

} // namespace fedmrn::formula
