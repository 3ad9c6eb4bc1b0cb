// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/packed.hpp"
#include "engine/method/registry.hpp"

namespace fedmrn {

struct QsgdOptions : Compressed {
    std::uint32_t levels = 127; ///< s, above zero; 127 are 8 bits a weight
    bool buckets = true;        ///< a norm for every 512 elements, else one for each tensor
};

/// QSGD (Alistarh et al., NeurIPS 2017) on updates, as in FedPAQ: l = s |D| / ‖D‖₂, rounded up or
/// down at random so that its mean is kept; sent are ‖D‖₂ of each bucket of 512 elements, as in
/// their experiments, sign and level. Unbiased; its error is at most min(d / s², √d / s) · ‖D‖², d
/// the elements that share a norm: those of a whole tensor want many levels.
struct Qsgd final : PackedMethod {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 4;
    Qsgd(const QsgdOptions& options, const ParameterLayout& layout);
};

} // namespace fedmrn
