// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/layers.hpp"

namespace house {

/// x · σ(β x) with a β for every feature, which is trained (Ramachandran et al., 2017). For the CPU
/// device.
fedmrn::LayerPtr swish();

} // namespace house
