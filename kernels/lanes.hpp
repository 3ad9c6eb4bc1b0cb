// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
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
    DevicePointer<LaneState> states;
    DevicePointer<LaneMetrics> metrics;
    PerLane<float> update;     ///< [variables]
    PerLane<float> velocity;   ///< [variables]; null: none
    PerLane<float> weights;    ///< [state]
    std::size_t variables = 0; ///< at least the trainable parameters
};

/// Begins clients, any number at once: their state is set, metrics, update and velocity become
/// zero, the statistics weights[trainable … state) become global's.
inline constexpr Contract<void(Device& device, std::span<const LaneStart> starts,
                               const LaneArrays& lanes, DevicePointer<const float> global,
                               std::size_t trainable, std::size_t state)>
    start_lanes{"start_lanes", Exactness::bits};

/// Moves every active lane to its next local step.
inline constexpr Contract<void(Device& device, std::size_t lanes, std::size_t batch,
                               DevicePointer<LaneState> states)>
    advance_lanes{"advance_lanes", Exactness::bits};

/// The lanes as those see them whose rows are not samples: rows[l] is states[l] but for `samples`,
/// which becomes samples × each; or, of an active lane, counts[l] in device memory, at most batch ×
/// each. Null counts: none.
inline constexpr Contract<void(
    Device& device, std::size_t lanes, DevicePointer<const LaneState> states, std::size_t each,
    DevicePointer<const std::uint32_t> counts, std::size_t batch, DevicePointer<LaneState> rows)>
    lane_rows{"lane_rows", Exactness::bits};

/// What of one loss's tally goes into the model's.
struct MetricsShare {
    float weight = 0; ///< times the sum
    bool hits = false;
    bool rows = false;
};

/// Adds the share of `from` to `to`, lane by lane; `from` becomes zero.
inline constexpr Contract<void(Device& device, std::size_t lanes, const MetricsShare& share,
                               DevicePointer<LaneMetrics> from, DevicePointer<LaneMetrics> to)>
    add_metrics{"add_metrics", Exactness::bits};

} // namespace fedmrn::kernels
