// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/rotated.hpp"

namespace fedmrn {

/// DRIVE (Vargaftik et al., NeurIPS 2021): of each rotated slice r the signs, one bit an element,
/// and the scale ‖r‖² / ‖r‖₁, which keeps the update's mean over seeds, or ‖r‖₁ / n, which errs
/// least. On any update the errors' squares are π/2 − 1 and 1 − 2/π of the update's.
struct Drive final : RotatedMethod {
    Drive(const MethodConfig& config, const ParameterLayout& layout);
};

} // namespace fedmrn
