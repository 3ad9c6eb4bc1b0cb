// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// Softmax cross-entropy of logits [lanes][batch][classes]: adds Σ loss, hits and rows to a lane's
/// tally; gradient (of the batch's mean loss, same shape) may be null.
inline constexpr Contract<void(Device& device, std::size_t lanes, std::size_t batch,
                               std::size_t classes, DevicePointer<const LaneState> states,
                               DevicePointer<const float> logits,
                               DevicePointer<const std::uint16_t> labels,
                               DevicePointer<float> gradient, DevicePointer<LaneMetrics> metrics)>
    cross_entropy{"cross_entropy", Exactness::tolerance};

} // namespace fedmrn::kernels
