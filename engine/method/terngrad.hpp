// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/packed.hpp"

namespace fedmrn {

/// TernGrad (Wen et al., NeurIPS 2017) on updates: D clipped at 2.5 σ of its tensor, s = max |D|;
/// sent are s and sign(D) · b with b ~ Bernoulli(|D| / s), two bits a weight. Unbiased within the
/// clip.
struct TernGrad final : PackedMethod {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 3;
    explicit TernGrad(const ParameterLayout& layout);
};

} // namespace fedmrn
