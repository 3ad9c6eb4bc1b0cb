// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/rotated.hpp"

namespace fedmrn {

/// EDEN (Vargaftik et al., ICML 2022): of each rotated slice r the nearest of the 2^b Lloyd–Max
/// centroids q of the normal distribution, b bits an element, and the scale ‖r‖² / ⟨q, r⟩, which
/// keeps the update's mean over seeds. The error's square is 1 / (1 − D) − 1 of the update's, D the
/// centroids' distortion: 0.571, 0.133, 0.0358, 0.0096. Of one bit it is unbiased DRIVE.
struct Eden final : RotatedMethod {
    Eden(const MethodConfig& config, const ParameterLayout& layout);
};

} // namespace fedmrn
