// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// Of logits [lanes][batch][classes]: adds the rows whose label is among the k that rank first
/// (formula::ranks_before) to a lane's hits, and the number of its rows.
inline constexpr Contract<void(
    Device& device, std::size_t lanes, std::size_t batch, std::size_t classes, std::size_t k,
    DevicePointer<const LaneState> states, DevicePointer<const float> logits,
    DevicePointer<const std::uint16_t> labels, DevicePointer<LaneMetrics> tallies)>
    count_top_k{"count_top_k", Exactness::bits};

} // namespace fedmrn::kernels
