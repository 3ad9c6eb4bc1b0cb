// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// Values [lanes][batch][size].
struct SumShape {
    std::size_t lanes = 1, batch = 1, size = 1;
    Real real = Real::f32; ///< of a, b and y; the sum is float32
};

/// y = α·a + β·b, rounded after each operation and once more to its type; null b: α·a. y may be a
/// or b. Only a lane's first `samples` rows are read and written.
inline constexpr Contract<void(
    Device& device, const SumShape& shape, DevicePointer<const LaneState> states, float alpha,
    DevicePointer<const void> a, float beta, DevicePointer<const void> b, DevicePointer<void> y)>
    weighted_sum{"weighted_sum", Exactness::bits};

} // namespace fedmrn::kernels
