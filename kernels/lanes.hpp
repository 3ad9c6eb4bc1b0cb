// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// A client that begins on an idle lane.
struct LaneStart {
    std::size_t lane = 0;
    LaneState state;
};

/// What the lanes of a group have for themselves, in device memory.
struct LaneArrays {
    LaneState* states = nullptr;
    LaneMetrics* metrics = nullptr;
    PerLane<float> update;     ///< [variables]
    PerLane<float> velocity;   ///< [variables]; null: none
    PerLane<float> weights;    ///< [state]
    std::size_t variables = 0; ///< at least the trainable parameters
};

/// Begins clients, any number at once: their state is set, metrics, update and velocity become
/// zero, the statistics weights[trainable … state) become global's.
inline constexpr Contract<void(Device& device, std::span<const LaneStart> starts,
                               const LaneArrays& lanes, const float* global, std::size_t trainable,
                               std::size_t state)>
    start_lanes{"start_lanes", Exactness::bits};

/// Moves every active lane to its next local step.
inline constexpr Contract<void(Device& device, std::size_t lanes, std::size_t batch,
                               LaneState* states)>
    advance_lanes{"advance_lanes", Exactness::bits};

} // namespace fedmrn::kernels
