// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"

namespace fedmrn {

/// FedBAT (Li et al., ICML 2024): for the second half of its steps a client trains on an update of
/// ±α, drawn stochastically, and trains an α a tensor with it, which starts at the update's mean
/// magnitude after the first half. It sends a bit a weight and α.
struct FedBat final : Method {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 10;
    explicit FedBat(const ParameterLayout& layout);
};

} // namespace fedmrn
