// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"
#include "engine/method/registry.hpp"

namespace fedmrn {

struct PowerSgdOptions : Compressed {
    PowerSgdOptions() { error_feedback = true; }
    std::uint32_t rank = 4;
    std::uint32_t iterations = 2; ///< of the power method
};

/// PowerSGD (Vogels et al., NeurIPS 2019) as an uplink of updates: a few steps of the power method
/// from random factors make P with orthonormal columns and Q = Mᵀ·P, both sent as float32. A matrix
/// that its factors would not shorten is sent as it is.
struct PowerSgd final : Method {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 13;
    PowerSgd(const PowerSgdOptions& options, const ParameterLayout& layout);
};

} // namespace fedmrn
