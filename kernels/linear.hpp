// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// y [lanes][batch][out] = x [lanes][batch][in] · wᵀ + b, every lane's own w [out][in] and b [out].
/// y and dy are float32; x and dx are of type real. Null bias: none.
struct LinearShape {
    std::size_t lanes = 1, batch = 1, in = 1, out = 1;
    Real real = Real::f32;
};

/// y from x.
inline constexpr Contract<void(Device& device, const LinearShape& shape,
                               DevicePointer<const LaneState> states, DevicePointer<const void> x,
                               PerLane<const float> w, PerLane<const float> bias,
                               DevicePointer<float> y)>
    linear_forward{"linear_forward", Exactness::tolerance};

/// dx = dy · w.
inline constexpr Contract<void(Device& device, const LinearShape& shape,
                               DevicePointer<const LaneState> states, DevicePointer<const float> dy,
                               PerLane<const float> w, DevicePointer<void> dx)>
    linear_backward_data{"linear_backward_data", Exactness::tolerance};

/// dw = dyᵀ · x and dbias = Σ dy over the batch.
inline constexpr Contract<void(Device& device, const LinearShape& shape,
                               DevicePointer<const LaneState> states, DevicePointer<const void> x,
                               DevicePointer<const float> dy, PerLane<float> dw,
                               PerLane<float> dbias)>
    linear_backward_weights{"linear_backward_weights", Exactness::tolerance};

} // namespace fedmrn::kernels
