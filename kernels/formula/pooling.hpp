// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// The order in which a bias gradient is added up, the same on every device. A lane's input pixels,
/// counted on over its samples, form chunks of 512; a chunk is 32 float32 sums, one of every 32nd
/// pixel; these are added in float64 in their order, and then the chunks are.
inline constexpr std::uint32_t bias_chunk = 512, bias_rows = 32;

/// What a pool sees of an element.
FEDMRN_FORMULA float activated(float x, float bias, bool relu) {
    const float value = x + bias;
    return relu && value < 0.0f ? 0.0f : value; // not a number stays one
}

/// Whether a value takes the place of the largest before it in a window: of equals the first
/// stays; not a number beats all, as in PyTorch.
FEDMRN_FORMULA bool exceeds(float value, float best) { return value > best || value != value; }

/// Whether ReLU lets a gradient pass where its input, or its output, is v.
FEDMRN_FORMULA bool passes(float v, bool relu) { return !relu || v > 0.0f; }

} // namespace fedmrn::formula
