// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/qsgd.hpp"

namespace fedmrn {

Qsgd::Qsgd(const MethodConfig& config, const ParameterLayout& layout)
    : PackedMethod({.method = MethodName::qsgd,
                    .parameter = static_cast<float>(config.levels),
                    .levels = config.levels,
                    .scale = formula::ScaleKind::norm},
                   layout) {}

} // namespace fedmrn
