// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/device.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn {

/// What all clients of a round share.
struct RoundContext {
    std::uint32_t round = 0;
    DevicePointer<const float> global; ///< what they start from, [state] in device memory
    double decay = 1.0;                ///< the round's learning rate over the first round's
};

/// A local step of lanes in lockstep, its arrays in device memory. It is recorded once for all
/// rounds of the same global and decay: whatever else varies, the round's number too, is read from
/// the lanes' states or not at all.
struct LocalStep {
    DevicePointer<const float> global; ///< [state]
    double decay = 1.0;                ///< as in RoundContext
    std::size_t lanes = 0;
    DevicePointer<const LaneState> states;
    PerLane<float> update;   ///< [variables]: zeros when a client begins
    PerLane<float> weights;  ///< [state]
    PerLane<float> gradient; ///< [variables]
};

/// A client whose local training is done, in device memory: update holds its variables, weights the
/// whole local state (its statistics are the client's own).
struct TrainedClient {
    std::uint64_t client = 0;
    std::uint64_t seed = 0, samples = 0;
    DevicePointer<const float> update;
    DevicePointer<const float> weights;
};

} // namespace fedmrn
