// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/normal.hpp"
#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

enum class NoiseShape : std::uint8_t { uniform = 0, gaussian = 1, bernoulli = 2 };

/// The noise G(s) of one experiment. A value is grid · unit with an integer |grid| ≤ 2²⁴, which a
/// float holds exactly; so the server's sum Σ N_k · grid is an exact int64.
struct NoiseRule {
    NoiseShape shape = NoiseShape::uniform;
    float unit = 0;         ///< α · 2⁻²⁴; gaussian: α · 2⁻²¹
    std::int32_t floor = 1; ///< |grid| below it becomes +floor, so that |noise| ≥ 1e-8
};

FEDMRN_FORMULA NoiseRule noise_rule(NoiseShape shape, double magnitude) {
    const float alpha = static_cast<float>(magnitude);
    const float unit = alpha * (shape == NoiseShape::gaussian ? 0x1p-21f : 0x1p-24f);
    const double steps = 1e-8 / static_cast<double>(unit);
    const auto whole = static_cast<std::int32_t>(steps);
    return {shape, unit, static_cast<double>(whole) < steps ? whole + 1 : (whole > 0 ? whole : 1)};
}

/// Integer noise of one element from its random word.
template <NoiseShape shape>
FEDMRN_FORMULA std::int32_t noise_grid(std::int32_t floor, std::uint32_t word) {
    std::int32_t grid = 0;
    if constexpr (shape == NoiseShape::uniform) {
        grid =
            static_cast<std::int32_t>((word >> 8) * 2 + 1) - (1 << 24); // odd: symmetric, never 0
    } else if constexpr (shape == NoiseShape::bernoulli) {
        grid = static_cast<std::int32_t>(word >> 31 << 25) - (1 << 24);
    } else {
        const float steps = normal_quantile(word) * 0x1p21f;
        grid = static_cast<std::int32_t>(steps + (steps < 0.0f ? -0.5f : 0.5f));
    }
    return (grid < floor && grid > -floor) ? floor : grid;
}

FEDMRN_FORMULA float noise_value(float unit, std::int32_t grid) {
    return static_cast<float>(grid) * unit;
}

} // namespace fedmrn::formula
