// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"
#include "kernels/formula/mask.hpp"
#include "kernels/formula/noise.hpp"

namespace fedmrn {

struct FedMrnOptions {
    formula::MaskShape mask = formula::MaskShape::binary;
    formula::NoiseShape noise = formula::NoiseShape::uniform;
    double magnitude = 0.01;      ///< α
    bool magnitude_decay = false; ///< α shrinks as the learning rate does
    bool stochastic = true;       ///< SM; false: a mask bit is set where p >= 1/2
    bool progressive = true;      ///< PM; false: every element is masked at every step
    bool post_training = false;   ///< the update is trained densely and masked once at the end
};

/// FedMRN (Li et al., ACM MM 2024): a 1-bit mask, learned over random noise that a seed
/// regenerates. The server adds the masked noise straight from the bits.
struct FedMrn final : Method {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 1;
    FedMrn(const FedMrnOptions& options, const ParameterLayout& layout);
};

} // namespace fedmrn
