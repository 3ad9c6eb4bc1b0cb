// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/formula/key.hpp"
#include "kernels/formula/quantize.hpp"

namespace fedmrn::formula {

/// A random sign is one bit: that of element i is bit i % 32 of random word i / 32, set for −1. So
/// the 128 words of a tile of key.hpp are the signs of this many elements.
inline constexpr std::size_t sign_tile = 32 * tile;

FEDMRN_FORMULA std::uint32_t sign_word(std::uint64_t seed, std::uint64_t word) {
    return element_word(seed, word, 0, purpose_sign);
}

/// −x where bit `position` % 32 of the word is set.
FEDMRN_FORMULA float with_sign(float x, std::uint32_t word, std::uint64_t position) {
    const std::uint32_t sign = (word >> (position % 32) & 1u) << 31;
    return __builtin_bit_cast(float, __builtin_bit_cast(std::uint32_t, x) ^ sign);
}

/// The float nearest to 1 / √elements, which makes the Hadamard matrix orthogonal.
FEDMRN_FORMULA_INLINE float rotation_unit(std::size_t elements) {
    return static_cast<float>(1.0 / wide_root(static_cast<double>(elements)));
}

} // namespace fedmrn::formula
