// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/loss.hpp"

namespace house {

/// Half the squared distance of a value to another, both float32. For the CPU device.
std::shared_ptr<const fedmrn::Loss> squared_error();

} // namespace house
