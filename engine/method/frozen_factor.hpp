// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"

namespace fedmrn {

struct FrozenFactorOptions {
    double ratio = 1.0 / 32; ///< floats sent of all
};

/// FedMUD (Li et al., ICML 2025) with a matrix product of which one factor is frozen, an ablation
/// of it, with a seed a client: a masked tensor's update is D = A·B, where A is a function of the
/// client's seed and B, zeros at first, is trained and sent as float32. B stands at the front of
/// its tensor's own place among the variables; the rest there stays zero.
struct FrozenFactor final : Method {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 11;
    FrozenFactor(const FrozenFactorOptions& options, const ParameterLayout& layout);
};

} // namespace fedmrn
