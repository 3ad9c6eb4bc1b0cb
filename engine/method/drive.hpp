// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/registry.hpp"
#include "engine/method/rotated.hpp"

namespace fedmrn {

struct DriveOptions : Compressed {
    formula::Estimate estimate = formula::Estimate::unbiased; ///< which scale
};

/// DRIVE (Vargaftik et al., NeurIPS 2021): of each rotated slice r the signs, one bit an element,
/// and the scale ‖r‖² / ‖r‖₁, which keeps the update's mean over seeds, or ‖r‖₁ / n, which errs
/// least. On any update the errors' squares are π/2 − 1 and 1 − 2/π of the update's.
struct Drive final : RotatedMethod {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 6;
    Drive(const DriveOptions& options, const ParameterLayout& layout);
};

} // namespace fedmrn
