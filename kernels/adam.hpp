// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "kernels/contract.hpp"
#include "kernels/formula/adam.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// Adam's direction takes the place of the gradient g in every active lane: m ← β1·m + (1 − β1)·g,
/// v ← β2·v + (1 − β2)·g², g ← m̂ / (√v̂ + ε). Moments are zero when a client begins; how young
/// they are, the lane's step says.
inline constexpr Contract<void(Device& device, const formula::AdamRule& rule, std::size_t lanes,
                               DevicePointer<const LaneState> states, std::size_t elements,
                               PerLane<float> m, PerLane<float> v, PerLane<float> gradient)>
    adam_direction{"adam_direction", Exactness::bits};

} // namespace fedmrn::kernels
