// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/contract.hpp"
#include "kernels/formula/half.hpp"

namespace fedmrn::kernels {

/// halves[i] = values[i] in 16 bits, rounded to nearest, ties to even.
inline constexpr Contract<void(Device& device, formula::HalfFormat format, std::size_t elements,
                               DevicePointer<const float> values,
                               DevicePointer<std::uint16_t> halves)>
    to_halves{"to_halves", Exactness::bits};

/// values[i] = halves[i], exactly.
inline constexpr Contract<void(Device& device, formula::HalfFormat format, std::size_t elements,
                               DevicePointer<const std::uint16_t> halves,
                               DevicePointer<float> values)>
    of_halves{"of_halves", Exactness::bits};

} // namespace fedmrn::kernels
