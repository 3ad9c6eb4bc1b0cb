// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fedmrn/images.hpp"

namespace fedmrn {

/// Sets mean and deviation of every channel to those of the split's own pixels, as the FedMRN
/// authors normalise; bits: integer sums, then double. A channel that never changes gets deviation
/// 1 and so becomes 0.
void normalise_by_own_pixels(Images& split, std::uint32_t channels);

} // namespace fedmrn
