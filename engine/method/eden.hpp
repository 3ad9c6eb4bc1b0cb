// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/registry.hpp"
#include "engine/method/rotated.hpp"

namespace fedmrn {

struct EdenOptions : Compressed {
    std::uint32_t bits = 1; ///< 1 … 4 a weight
};

/// EDEN (Vargaftik et al., ICML 2022): of each rotated slice r the nearest of the 2^b Lloyd–Max
/// centroids q of the normal distribution, b bits an element, and the scale ‖r‖² / ⟨q, r⟩, which
/// keeps the update's mean over seeds. The error's square is 1 / (1 − D) − 1 of the update's, D the
/// centroids' distortion: 0.571, 0.133, 0.0358, 0.0096. Of one bit it is unbiased DRIVE.
struct Eden final : RotatedMethod {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 7;
    Eden(const EdenOptions& options, const ParameterLayout& layout);
};

} // namespace fedmrn
