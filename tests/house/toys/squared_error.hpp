// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/loss.hpp"

namespace house {

/// Half the squared distance of a value to another, both float32. For the CPU device.
fedmrn::LossPtr squared_error();

} // namespace house
