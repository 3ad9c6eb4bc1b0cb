// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/formula/key.hpp"

// FedMUD (Li et al., ICML 2025): an update of a tensor, read as one row of elements, as the sum of
// two Kronecker products, D = L1 ⊗ R1 + L2 ⊗ R2, term by term of side × side factors: element
// (t, i, j, m, n) of [terms, side, side, side, side] is L1[t, i, m] · R1[t, j, n] + L2[t, i, m] ·
// R2[t, j, n]. L1 and R2 are frozen, R1 and L2 are trained.
namespace fedmrn::formula {

/// Where an element of D lies in the factors: in L1 and L2, in R1 and R2.
struct KroneckerPlace {
    std::size_t left, right;
};
FEDMRN_FORMULA KroneckerPlace kronecker_place(std::size_t element, std::size_t side) {
    const std::size_t square = side * side, term = element / (square * square);
    const std::size_t n = element % side, m = element / side % side;
    const std::size_t j = element / square % side, i = element / (square * side) % side;
    return {term * square + i * side + m, term * square + j * side + n};
}

/// An element of a frozen factor: uniform in (−magnitude, magnitude), an odd multiple of unit =
/// magnitude · 2⁻²⁴. second: of R2.
FEDMRN_FORMULA float frozen_uniform(std::uint32_t word, float unit) {
    return static_cast<float>(static_cast<std::int32_t>((word >> 8) * 2 + 1) - (1 << 24)) * unit;
}
FEDMRN_FORMULA std::uint32_t frozen_step(std::uint32_t tensor, bool second) {
    return 2 * tensor + (second ? 1u : 0u);
}

/// An element of D, and a term of a trained factor's gradient.
FEDMRN_FORMULA float kronecker_value(float l1, float r1, float l2, float r2) {
    const float first = l1 * r1, second = l2 * r2;
    return first + second;
}
FEDMRN_FORMULA float plus_product(float sum, float gradient, float frozen) {
    const float product = gradient * frozen;
    return sum + product;
}

} // namespace fedmrn::formula
