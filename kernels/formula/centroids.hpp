// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/quantize.hpp"

namespace fedmrn::formula {

/// The positive half of the Lloyd–Max centroids of N(0, 1) with 2, 4, 8 and 16 levels (J. Max,
/// "Quantizing for minimum distortion", IRE Trans. Inf. Theory 6, 1960), to float64.
inline constexpr unsigned most_centroid_bits = 4;
inline constexpr unsigned most_centroids = 8;
inline constexpr double lloyd_max[most_centroid_bits][most_centroids] = {
    {0.79788456080286535588},
    {0.45278003463649200941, 1.5104176084990954024},
    {0.24509417894422166819, 0.75600528120587727482, 1.3439092785049998752, 2.1519457045369872853},
    {0.12839502985114701005, 0.38804829949029019659, 0.65675911853246338086, 0.94234045648696137093,
     1.2562311973471771525, 1.6180463860218826272, 2.0690172265313865796, 2.732589570995163069}};

/// The centroids of b bits as codes: a sign in bit 0, set below zero, and a level above it.
struct Codebook {
    unsigned bits = 1;
    double threshold[most_centroids] = {}; ///< level l begins here, in standard deviations
    float value[most_centroids] = {};      ///< in units of the largest centroid, so |value| ≤ 1
};

/// bits: 1 … 4.
constexpr Codebook codebook(unsigned bits) {
    Codebook book{.bits = bits};
    const double* centroid = lloyd_max[bits - 1];
    const unsigned levels = 1u << (bits - 1);
    for (unsigned l = 0; l < most_centroids; ++l) {
        book.threshold[l] =
            l < levels ? (l == 0 ? 0.0 : (centroid[l - 1] + centroid[l]) / 2) : __builtin_inf();
        book.value[l] = l < levels ? static_cast<float>(centroid[l] / centroid[levels - 1]) : 0.0f;
    }
    return book;
}

/// The code of the centroid nearest to x · per_deviation. Zero is positive, which biases nothing:
/// with all signs of the rotation turned it stays, and comes back with the other sign.
FEDMRN_FORMULA std::uint32_t nearest_code(const Codebook& book, float x, double per_deviation) {
    const double wide = static_cast<double>(x) * per_deviation;
    const double size = wide < 0.0 ? -wide : wide;
    std::uint64_t level = 0; // as wide as what is compared: vector code counts in one kind of lane
    for (unsigned l = 1; l < most_centroids; ++l) {
        level += size >= book.threshold[l] ? 1u : 0u;
    }
    return static_cast<std::uint32_t>(level) << 1 | sign_code(x);
}

/// Its value, of scale 1.
FEDMRN_FORMULA float centroid(const Codebook& book, std::uint32_t code) {
    float size = book.value[0];
    for (unsigned l = 1; l < most_centroids; ++l) { // no indexed load: registers on a GPU
        size = code >> 1 == l ? book.value[l] : size;
    }
    return (code & 1u) != 0 ? -size : size;
}

/// What a slice's scale minimises or keeps, with r its rotated values and q those of its codes.
enum class Estimate : std::uint8_t {
    unbiased,   ///< ‖r‖² / ⟨q, r⟩
    least_error ///< ⟨q, r⟩ / ‖q‖²
};

/// 0 for a slice of zeros; infinite where a value is not finite.
FEDMRN_FORMULA float centroid_scale(Estimate estimate, double rr, double qr, double qq) {
    if (rr == 0.0) {
        return 0.0f;
    }
    if (!(rr < 0x1p1000)) { // the squares of floats stay far below
        return magnitude(0x7f800000u);
    }
    return static_cast<float>(estimate == Estimate::unbiased ? rr / qr : qr / qq);
}

/// 1 / the standard deviation of n values whose squares' sum is rr; 0 of zeros.
FEDMRN_FORMULA_INLINE double per_deviation(double rr, std::uint64_t n) {
    return rr > 0.0 ? wide_root(static_cast<double>(n) / rr) : 0.0;
}

} // namespace fedmrn::formula
