// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"

namespace fedmrn {

/// SignSGD (Bernstein et al., ICML 2018) on updates: one bit a weight, zero counting as positive.
/// The server averages signs times their tensor's ‖D‖₁/d (scaled); or, sent without a scale, signs
/// times a step (mean), or takes a step where the majority of samples points (majority).
struct SignSgd final : Method {
    SignSgd(const MethodConfig& config, const ParameterLayout& layout);
};

} // namespace fedmrn
