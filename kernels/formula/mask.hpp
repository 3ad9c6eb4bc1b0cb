// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

enum class MaskShape : std::uint8_t { binary = 0, plusminus = 1 };

/// Probabilities and progress are fixed point with 24 bits: one is 2²⁴.
inline constexpr std::uint32_t certain = 1u << 24;

/// The keep probability p of an element, clip(u/n, 0, 1) or clip((u/n + 1)/2, 0, 1), rounded down
/// to a multiple of 2⁻²⁴. Not a number gives 0.
template <MaskShape mask> FEDMRN_FORMULA std::uint32_t keep_probability(float update, float noise) {
    float p = update / noise;
    if constexpr (mask == MaskShape::plusminus) {
        p = (p + 1.0f) * 0.5f;
    }
    p = p > 0.0f ? p : 0.0f;
    p = p < 1.0f ? p : 1.0f;
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(p * 0x1p24f));
}

/// The probability τ/S that progressive masking masks an element at local step τ of S.
FEDMRN_FORMULA std::uint32_t progress(std::uint32_t step, std::uint32_t steps) {
    return static_cast<std::uint32_t>((std::uint64_t{step} << 24) / steps);
}

/// Whether a mask bit is set: stochastic masking, or p ≥ 1/2.
FEDMRN_FORMULA bool mask_bit(std::uint32_t probability, std::uint32_t word, bool stochastic) {
    return stochastic ? (word >> 8) < probability : probability >= certain / 2;
}

template <MaskShape mask> FEDMRN_FORMULA float masked_noise(bool bit, float noise) {
    return bit ? noise : (mask == MaskShape::binary ? 0.0f : -noise);
}

/// clip(u, n): between 0 and n, or between −|n| and |n|.
template <MaskShape mask> FEDMRN_FORMULA float clip_update(float update, float noise) {
    const float other = mask == MaskShape::binary ? 0.0f : -noise;
    const float low = noise < other ? noise : other, high = noise < other ? other : noise;
    const float raised = update > low ? update : low;
    return raised < high ? raised : high;
}

/// û of progressive stochastic masking: P ⊙ S(u, n) + (1 − P) ⊙ clip(u, n), P ~
/// Bernoulli(progress). One word decides both draws: r < progress · p: masked, bit set; r <
/// progress: masked, bit not set; else clipped. The joint distribution is that of two independent
/// draws, and progress = 1 leaves stochastic masking exactly.
template <MaskShape mask>
FEDMRN_FORMULA float progressive_update(float update, float noise, std::uint32_t word,
                                        std::uint32_t progress, bool stochastic) {
    const std::uint32_t probability = keep_probability<mask>(update, noise);
    const std::uint32_t draw = word >> 8;
    const auto keep =
        static_cast<std::uint32_t>((std::uint64_t{progress} * std::uint64_t{probability}) >> 24);
    const bool bit = stochastic ? draw < keep : probability >= certain / 2;
    const float masked = masked_noise<mask>(bit, noise);
    const float clipped = clip_update<mask>(update, noise);
    return draw < progress ? masked : clipped;
}

} // namespace fedmrn::formula
