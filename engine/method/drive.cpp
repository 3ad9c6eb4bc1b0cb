// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/drive.hpp"

namespace fedmrn {

Drive::Drive(const MethodConfig& config, const ParameterLayout& layout)
    : RotatedMethod({.method = MethodName::drive,
                     .bits = 1,
                     .estimate = config.estimate == EstimateKind::unbiased
                                     ? formula::Estimate::unbiased
                                     : formula::Estimate::least_error},
                    layout) {}

} // namespace fedmrn
