// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/lanes.hpp"

#include <algorithm>

namespace fedmrn::kernels::cpu {
namespace {

void start_lanes(Device&, std::span<const LaneStart> starts, const LaneArrays& lanes,
                 const float* global, std::size_t trainable, std::size_t state) {
    for (const LaneStart& start : starts) {
        lanes.states.get()[start.lane] = start.state;
        lanes.metrics.get()[start.lane] = {};
        std::fill_n(lanes.update[start.lane].get(), lanes.variables, 0.0f);
        if (lanes.velocity.data) {
            std::fill_n(lanes.velocity[start.lane].get(), lanes.variables, 0.0f);
        }
        std::copy(global + trainable, global + state, lanes.weights[start.lane].get() + trainable);
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

void lane_rows(Device&, std::size_t lanes, const LaneState* states, std::size_t each,
               const std::uint32_t* counts, std::size_t batch, LaneState* rows) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        rows[lane] = states[lane];
        rows[lane].samples =
            formula::batch_rows(states[lane].samples, static_cast<std::uint32_t>(each),
                                counts ? counts + lane : nullptr, batch);
    }
}

void add_metrics(Device&, std::size_t lanes, const MetricsShare& share, LaneMetrics* from,
                 LaneMetrics* to) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        to[lane].sum += static_cast<double>(share.weight) * from[lane].sum;
        to[lane].hits += share.hits ? from[lane].hits : 0;
        to[lane].rows += share.rows ? from[lane].rows : 0;
        from[lane] = {};
    }
}

} // namespace

void lanes_contracts(Backend& backend) {
    backend.set(kernels::start_lanes, start_lanes);
    backend.set(kernels::advance_lanes, advance_lanes);
    backend.set(kernels::lane_rows, lane_rows);
    backend.set(kernels::add_metrics, add_metrics);
}

} // namespace fedmrn::kernels::cpu
