// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/lanes.hpp"

#include <algorithm>

namespace fedmrn::kernels::cpu {
namespace {

void start_lanes(Device&, std::span<const LaneStart> starts, const LaneArrays& lanes,
                 const float* global, std::size_t trainable, std::size_t state) {
    for (const LaneStart& start : starts) {
        lanes.states[start.lane] = start.state;
        lanes.metrics[start.lane] = {};
        std::fill_n(lanes.update[start.lane], lanes.variables, 0.0f);
        if (lanes.velocity.data) {
            std::fill_n(lanes.velocity[start.lane], lanes.variables, 0.0f);
        }
        std::copy(global + trainable, global + state, lanes.weights[start.lane] + trainable);
    }
}

void advance_lanes(Device&, std::size_t lanes, std::size_t batch, LaneState* states) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (states[lane].samples == 0) {
            continue;
        }
        ++states[lane].step;
        states[lane].samples =
            formula::batch_samples(states[lane], static_cast<std::uint32_t>(batch));
    }
}

} // namespace

void lanes_contracts(Backend& backend) {
    backend.set(kernels::start_lanes, start_lanes);
    backend.set(kernels::advance_lanes, advance_lanes);
}

} // namespace fedmrn::kernels::cpu
