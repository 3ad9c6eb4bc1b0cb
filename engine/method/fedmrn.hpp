// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"

namespace fedmrn {

/// FedMRN (Li et al., ACM MM 2024): a 1-bit mask, learned over random noise that a seed
/// regenerates. The server adds the masked noise straight from the bits.
struct FedMrn final : Method {
    FedMrn(const MethodConfig& config, const ParameterLayout& layout);
};

} // namespace fedmrn
