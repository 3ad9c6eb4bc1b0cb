// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/fixed_point.hpp"
#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// The k-th largest magnitude of a vector. The k largest are all above it and, of those equal to
/// it, as many as `ties` says, from the lowest index on.
struct Threshold {
    std::uint32_t bits; ///< magnitude_bits
    std::uint64_t ties; ///< 1 … k
};

/// It is found digit by digit, the highest first: of the 31 bits of a magnitude 11, 10 and 10.
inline constexpr unsigned digits = 3;
inline constexpr std::uint32_t digit_values = 2048; ///< of the widest

FEDMRN_FORMULA unsigned digit_shift(unsigned digit) { return 20u - 10u * digit; }

FEDMRN_FORMULA std::uint32_t digit_of(std::uint32_t bits, unsigned digit) {
    return bits >> digit_shift(digit) & (digit == 0 ? 2047u : 1023u);
}

/// Whether two magnitudes agree in all digits ahead of this one.
FEDMRN_FORMULA bool same_ahead(std::uint32_t bits, std::uint32_t other, unsigned digit) {
    return digit == 0 || (bits ^ other) >> (digit_shift(digit) + 10u) == 0;
}

} // namespace fedmrn::formula
