// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/terngrad.hpp"

namespace fedmrn {

TernGrad::TernGrad(const ParameterLayout& layout)
    : PackedMethod({.method = MethodName::terngrad,
                    .levels = 1,
                    .scale = formula::ScaleKind::clipped_largest},
                   layout) {}

} // namespace fedmrn
