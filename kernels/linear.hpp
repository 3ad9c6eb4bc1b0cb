// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "kernels/device.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// y [lanes][batch][out] = x [lanes][batch][in] · wᵀ + b, every lane's own w [out][in] and b [out].
/// y and dy are float32; x and dx are of type real. Null bias: none.
struct LinearShape {
    std::size_t lanes = 1, batch = 1, in = 1, out = 1;
    Real real = Real::f32;
};

/// Exactness: tolerance.
void linear_forward(Device& device, const LinearShape& shape, const LaneState* states,
                    const void* x, PerLane<const float> w, PerLane<const float> bias, float* y);

/// dx = dy · w. Exactness: tolerance.
void linear_backward_data(Device& device, const LinearShape& shape, const LaneState* states,
                          const float* dy, PerLane<const float> w, void* dx);

/// dw = dyᵀ · x and dbias = Σ dy over the batch. Exactness: tolerance.
void linear_backward_weights(Device& device, const LinearShape& shape, const LaneState* states,
                             const void* x, const float* dy, PerLane<float> dw,
                             PerLane<float> dbias);

} // namespace fedmrn::kernels
