// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// y = max(x, 0) over float32 [lanes][batch][size], in place where x == y.
inline constexpr Contract<void(Device& device, std::size_t lanes, std::size_t batch,
                               std::size_t size, DevicePointer<const LaneState> states,
                               DevicePointer<const float> x, DevicePointer<float> y)>
    relu_forward{"relu_forward", Exactness::bits};

/// dx = dy where y > 0, else 0.
inline constexpr Contract<void(Device& device, std::size_t lanes, std::size_t batch,
                               std::size_t size, DevicePointer<const LaneState> states,
                               DevicePointer<const float> y, DevicePointer<const float> dy,
                               DevicePointer<float> dx)>
    relu_backward{"relu_backward", Exactness::bits};

} // namespace fedmrn::kernels
