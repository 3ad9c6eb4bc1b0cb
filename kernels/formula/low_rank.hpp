// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// A sum's partial sums, added up by halves: p[t] += p[t + 16], then + 8, …, + 1. Partial sum t is
/// of terms t, t + 32, t + 64, … in that order, from +0.
inline constexpr std::uint32_t sum_rows = 32;

/// A column whose norm falls to this share of itself, once what earlier columns span is taken out,
/// is rounding and nothing else.
inline constexpr double dependent_norm = 0x1p-20;

FEDMRN_FORMULA bool is_dependent(double square_before, double square_after) {
    return square_after <= dependent_norm * dependent_norm * square_before; // false of a NaN
}

/// x − share · earlier, rounded once to float.
FEDMRN_FORMULA float without(float x, double share, float earlier) {
    return static_cast<float>(static_cast<double>(x) - share * static_cast<double>(earlier));
}

/// A frozen factor has a sign for each component k and each index of the matrix's larger side. The
/// signs of an index's components 128 b … 128 b + 127 are the bits of one Philox block, with this
/// index; component k is bit k % 32 of its word k / 32 % 4.
inline constexpr std::uint32_t signs_per_block = 128;
FEDMRN_FORMULA std::uint64_t sign_block(std::uint64_t index, std::uint64_t component) {
    return component / signs_per_block << 40 | index;
}

/// ± x, by a bit of a word.
FEDMRN_FORMULA float signed_by(std::uint32_t word, std::uint32_t bit, float x) {
    return __builtin_bit_cast(float, __builtin_bit_cast(std::uint32_t, x) ^ (word >> bit & 1u)
                                                                                << 31);
}

} // namespace fedmrn::formula
