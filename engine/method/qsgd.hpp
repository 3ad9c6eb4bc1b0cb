// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/packed.hpp"
#include "engine/method/registry.hpp"

namespace fedmrn {

struct QsgdOptions : Compressed {
    std::uint32_t levels = 127; ///< s, above zero; 127 are 8 bits a weight
};

/// QSGD (Alistarh et al., NeurIPS 2017) on updates, as in FedPAQ: l = s |D| / ‖D‖₂, rounded up or
/// down at random so that its mean is kept; sent are ‖D‖₂ of each tensor, sign and level. Unbiased;
/// its error grows as √d / s, so tensors of many weights want many levels.
struct Qsgd final : PackedMethod {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 4;
    Qsgd(const QsgdOptions& options, const ParameterLayout& layout);
};

} // namespace fedmrn
