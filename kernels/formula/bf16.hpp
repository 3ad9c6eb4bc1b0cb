// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// The upper half of a float32, rounded to nearest even.
struct Bf16 {
    std::uint16_t bits;
};

FEDMRN_FORMULA float to_float(Bf16 x) {
    return __builtin_bit_cast(float, std::uint32_t{x.bits} << 16);
}
FEDMRN_FORMULA float to_float(float x) { return x; }

template <class Real> FEDMRN_FORMULA Real from_float(float x);
template <> FEDMRN_FORMULA float from_float<float>(float x) { return x; }
template <> FEDMRN_FORMULA Bf16 from_float<Bf16>(float x) {
    const auto bits = __builtin_bit_cast(std::uint32_t, x);
    const std::uint32_t rounded = bits + 0x7fff + (bits >> 16 & 1);
    const bool nan = (bits & 0x7fffffff) > 0x7f800000;
    return {static_cast<std::uint16_t>(nan ? bits >> 16 | 0x40 : rounded >> 16)};
}

} // namespace fedmrn::formula
