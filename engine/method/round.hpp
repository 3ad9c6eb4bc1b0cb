// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "kernels/device.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn {

/// What all clients of a round share.
struct RoundContext {
    std::uint32_t round = 0;
    DevicePointer<const float> global = {}; ///< what they start from, [state] in device memory
    double decay = 1.0;                     ///< the round's learning rate over the first round's
};

/// What a round says to recorded steps, as bytes.
using RoundData = std::vector<std::byte>;
template <class T> RoundData round_data_of(const T& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto bytes = std::as_bytes(std::span(&values, 1));
    return {bytes.begin(), bytes.end()};
}

/// A local step of lanes in lockstep, its arrays in device memory. It is recorded once for an
/// experiment: what varies is read from device memory, the lanes' states and the round's data, or
/// not at all.
struct LocalStep {
    DevicePointer<const float> global; ///< [state]
    /// What the round_data() of whoever is called gave, aligned to 16 bytes.
    DevicePointer<const std::byte> data;
    std::size_t lanes = 0;
    DevicePointer<const LaneState> states;
    PerLane<float> update;   ///< [variables]: zeros when a client begins
    PerLane<float> weights;  ///< [state]
    PerLane<float> gradient; ///< [variables]
    /// Of a stage that asks for it (Stage::scratch), aligned to 128 bytes.
    PerLane<std::byte> scratch = {};

    template <class T> [[nodiscard]] DevicePointer<const T> data_as() const {
        return data.as<const T>();
    }
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
