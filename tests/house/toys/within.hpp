// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/metric.hpp"

namespace house {

/// Rows of which every element is at most so far from the target's. For the CPU device.
fedmrn::MetricPtr within(float distance);

} // namespace house
