// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/qualifiers.hpp"

// Asymmetric numeral systems over bits (J. Duda, arXiv:1311.2540; F. Giesen, "Interleaved entropy
// coders", arXiv:1402.3392): a state in [2¹⁵, 2³¹), words of 16 bits, probabilities of 8.
namespace fedmrn::formula {

/// A bit is set with probability chance / 256, 1 … 255. Of 0 it is never set and costs nothing.
inline constexpr unsigned chance_bits = 8;
inline constexpr std::uint32_t all_chances = 1u << chance_bits;

/// A state at rest is at least this, and below it times 2¹⁶.
inline constexpr std::uint32_t least_state = 1u << 15;
inline constexpr unsigned state_bits = 31;

/// The part of all chances that a bit has.
FEDMRN_FORMULA std::uint32_t share_of(bool bit, std::uint32_t chance) {
    return bit ? chance : all_chances - chance;
}

/// The bit that a state holds.
FEDMRN_FORMULA bool next_bit(std::uint32_t state, std::uint32_t chance) {
    return state % all_chances < chance;
}
/// What is left without it. It may be below least_state: it takes a word in then.
FEDMRN_FORMULA std::uint32_t without_bit(std::uint32_t state, bool bit, std::uint32_t chance) {
    return share_of(bit, chance) * (state / all_chances) + state % all_chances - (bit ? 0 : chance);
}

/// Whether a state has to give a word away before a bit of this share is put into it.
FEDMRN_FORMULA bool is_full(std::uint32_t state, std::uint32_t share) {
    return state >> (state_bits - chance_bits) >= share;
}

/// x / share = x · factor / 2^shift for each x < 2³¹ (R. Alverson, ARITH 1991).
struct Reciprocal {
    std::uint32_t factor;
    std::uint32_t shift;
};
FEDMRN_FORMULA Reciprocal reciprocal_of(std::uint32_t share) {
    std::uint32_t bits = 0;
    while (share > 1u << bits) {
        ++bits;
    }
    const std::uint64_t one = std::uint64_t{1} << (state_bits + bits);
    return {static_cast<std::uint32_t>((one + share - 1) / share), state_bits + bits};
}

/// Puts a bit into a state that is not full.
FEDMRN_FORMULA std::uint32_t put_bit(std::uint32_t state, bool bit, std::uint32_t chance,
                                     std::uint32_t share, Reciprocal reciprocal) {
    const auto rest =
        static_cast<std::uint32_t>(std::uint64_t{state} * reciprocal.factor >> reciprocal.shift);
    return rest * (all_chances - share) + state + (bit ? 0 : chance);
}

} // namespace fedmrn::formula
