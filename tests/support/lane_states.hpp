// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/device.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::test {

/// Lanes that are about to train a batch of so many samples each; 0: idle. Lane l's seed is 100 +
/// l.
inline std::vector<LaneState> lane_states(const std::vector<std::uint32_t>& samples) {
    std::vector<LaneState> states;
    for (const std::uint32_t n : samples) {
        states.push_back({100 + states.size(), 0, n, 0, n != 0 ? 10u : 0u, n});
    }
    return states;
}

inline Buffer<LaneState> lanes_of(Device& device, const std::vector<std::uint32_t>& samples) {
    return {device, lane_states(samples)};
}

/// What outputs hold before a kernel runs, to see what it leaves alone.
inline constexpr float untouched = -12345.0f;
inline Buffer<float> untouched_floats(Device& device, std::size_t count) {
    return {device, std::vector<float>(count, untouched)};
}

/// Whether all values from `first` on are still untouched.
inline bool is_untouched(const std::vector<float>& values, std::size_t first) {
    for (std::size_t i = first; i < values.size(); ++i) {
        if (values[i] != untouched) return false;
    }
    return true;
}

inline std::vector<float> head(std::vector<float> values, std::size_t count) {
    values.resize(count);
    return values;
}

} // namespace fedmrn::test
