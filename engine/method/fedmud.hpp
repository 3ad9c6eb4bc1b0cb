// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"

namespace fedmrn {

/// FedMUD (Li et al., ICML 2025) with one factor frozen: a masked tensor's update is D = A·B, where
/// A is a function of the client's seed and B, zeros at first, is trained and sent as float32. B
/// stands at the front of its tensor's own place among the variables; the rest there stays zero.
struct FedMud final : Method {
    FedMud(const MethodConfig& config, const ParameterLayout& layout);
};

} // namespace fedmrn
