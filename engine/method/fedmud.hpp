// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"

namespace fedmrn {

struct FedMudOptions {
    double ratio = 1.0 / 32; ///< floats sent of all
};

/// FedMUD (Li et al., ICML 2025) with one factor frozen: a masked tensor's update is D = A·B, where
/// A is a function of the client's seed and B, zeros at first, is trained and sent as float32. B
/// stands at the front of its tensor's own place among the variables; the rest there stays zero.
struct FedMud final : Method {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 11;
    FedMud(const FedMudOptions& options, const ParameterLayout& layout);
};

} // namespace fedmrn
