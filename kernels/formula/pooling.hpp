// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/activation.hpp"

namespace fedmrn::formula {

/// The order in which a bias gradient is added up, the same on every device. A lane's input pixels,
/// counted on over its samples, form chunks of 512; a chunk is 32 float32 sums, one of every 32nd
/// pixel; these are added in float64 in their order, and then the chunks are.
inline constexpr std::uint32_t bias_chunk = 512, bias_rows = 32;

/// What a pool sees of an element.
FEDMRN_FORMULA float activated(float x, float bias, bool relu) { return rectified(x + bias, relu); }

/// Whether a value takes the place of the largest before it in a window: of equals the first
/// stays; not a number beats all, as in PyTorch.
FEDMRN_FORMULA bool exceeds(float value, float best) { return value > best || value != value; }

} // namespace fedmrn::formula
