// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/lanes.hpp"

#include <algorithm>

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"

namespace fedmrn::kernels::cuda {
namespace {

constexpr unsigned block_threads = 128;

/// A start a blockIdx.y.
__global__ void __launch_bounds__(block_threads)
    start_lanes_kernel(const LaneStart* __restrict__ starts, LaneArrays lanes,
                       const float* __restrict__ global, std::size_t trainable, std::size_t state) {
    const LaneStart start = starts[blockIdx.y];
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i == 0) {
        lanes.states.get()[start.lane] = start.state;
        lanes.metrics.get()[start.lane] = {};
    }
    if (i < lanes.variables) {
        of_lane(lanes.update, start.lane)[i] = 0.0f;
        if (lanes.velocity.data) {
            of_lane(lanes.velocity, start.lane)[i] = 0.0f;
        }
    }
    if (i >= trainable && i < state) {
        of_lane(lanes.weights, start.lane)[i] = global[i];
    }
}

__global__ void __launch_bounds__(block_threads)
    advance_lanes_kernel(std::size_t lanes, std::uint32_t batch, LaneState* states) {
    const std::size_t lane = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (lane < lanes && states[lane].samples != 0) {
        LaneState state = states[lane];
        ++state.step;
        state.samples = formula::batch_samples(state, batch);
        states[lane] = state;
    }
}

__global__ void __launch_bounds__(block_threads)
    lane_rows_kernel(std::size_t lanes, const LaneState* __restrict__ states, std::uint32_t each,
                     const std::uint32_t* __restrict__ counts, std::size_t batch,
                     LaneState* __restrict__ rows) {
    const std::size_t lane = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (lane < lanes) {
        LaneState state = states[lane];
        state.samples =
            formula::batch_rows(state.samples, each, counts ? counts + lane : nullptr, batch);
        rows[lane] = state;
    }
}

__global__ void __launch_bounds__(block_threads)
    add_metrics_kernel(std::size_t lanes, MetricsShare share, LaneMetrics* __restrict__ from,
                       LaneMetrics* __restrict__ to) {
    const std::size_t lane = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (lane < lanes) {
        const LaneMetrics part = from[lane];
        to[lane].sum += static_cast<double>(share.weight) * part.sum;
        to[lane].hits += share.hits ? part.hits : 0;
        to[lane].rows += share.rows ? part.rows : 0;
        from[lane] = {};
    }
}

void start_lanes(Device& device, std::span<const LaneStart> starts, const LaneArrays& lanes,
                 const float* global, std::size_t trainable, std::size_t state) {
    if (starts.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(start_lanes_kernel,
           lane_grid(divide_up(std::max(state, lanes.variables), block_threads), starts.size()),
           block_threads, 0, cuda.stream(), cuda.list(Scratch::clients, starts), lanes, global,
           trainable, state);
}

void advance_lanes(Device& device, std::size_t lanes, std::size_t batch, LaneState* states) {
    launch(advance_lanes_kernel, lane_grid(divide_up(lanes, block_threads), 1), block_threads, 0,
           cuda_device(device).stream(), lanes, static_cast<std::uint32_t>(batch), states);
}

void lane_rows(Device& device, std::size_t lanes, const LaneState* states, std::size_t each,
               const std::uint32_t* counts, std::size_t batch, LaneState* rows) {
    launch(lane_rows_kernel, lane_grid(divide_up(lanes, block_threads), 1), block_threads, 0,
           cuda_device(device).stream(), lanes, states, static_cast<std::uint32_t>(each), counts,
           batch, rows);
}

void add_metrics(Device& device, std::size_t lanes, const MetricsShare& share, LaneMetrics* from,
                 LaneMetrics* to) {
    launch(add_metrics_kernel, lane_grid(divide_up(lanes, block_threads), 1), block_threads, 0,
           cuda_device(device).stream(), lanes, share, from, to);
}

} // namespace

void lanes_contracts(Backend& backend) {
    backend.set(kernels::start_lanes, start_lanes);
    backend.set(kernels::advance_lanes, advance_lanes);
    backend.set(kernels::lane_rows, lane_rows);
    backend.set(kernels::add_metrics, add_metrics);
}

} // namespace fedmrn::kernels::cuda
