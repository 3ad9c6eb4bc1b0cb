// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "kernels/device.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// y = max(x, 0) over float32 [lanes][batch][size], in place where x == y. Exactness: bits.
void relu_forward(Device& device, std::size_t lanes, std::size_t batch, std::size_t size,
                  const LaneState* states, const float* x, float* y);

/// dx = dy where y > 0, else 0. Exactness: bits.
void relu_backward(Device& device, std::size_t lanes, std::size_t batch, std::size_t size,
                   const LaneState* states, const float* y, const float* dy, float* dx);

} // namespace fedmrn::kernels
