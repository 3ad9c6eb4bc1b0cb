// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/loss.hpp"

namespace house {

/// Rows of which every element is at most so far from the target's. For the CPU device.
std::shared_ptr<const fedmrn::Metric> within(float distance);

} // namespace house
