// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"

namespace fedmrn {

/// PowerSGD (Vogels et al., NeurIPS 2019) as an uplink of updates: a few steps of the power method
/// from random factors make P with orthonormal columns and Q = Mᵀ·P, both sent as float32. A matrix
/// that its factors would not shorten is sent as it is.
struct PowerSgd final : Method {
    PowerSgd(const MethodConfig& config, const ParameterLayout& layout);
};

} // namespace fedmrn
