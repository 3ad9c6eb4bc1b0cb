// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/eden.hpp"

namespace fedmrn {

Eden::Eden(const MethodConfig& config, const ParameterLayout& layout)
    : RotatedMethod({.method = MethodName::eden, .bits = config.bits}, layout) {}

} // namespace fedmrn
