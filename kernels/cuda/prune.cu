// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/prune.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"

namespace fedmrn::kernels::cuda {
namespace {

constexpr unsigned block_threads = 256;
constexpr unsigned per_thread = 4; ///< elements, a block's width apart

__global__ void __launch_bounds__(block_threads)
    stop_pruned_kernel(const LaneState* states, std::size_t elements,
                       const float* __restrict__ global, PerLane<float> gradient) {
    const std::size_t lane = blockIdx.y;
    if (states[lane].samples == 0) {
        return;
    }
    float* g = of_lane(gradient, lane);
    const std::size_t first = blockIdx.x * std::size_t{block_threads * per_thread} + threadIdx.x;
    FEDMRN_UNROLL
    for (unsigned j = 0; j < per_thread; ++j) {
        const std::size_t i = first + j * block_threads;
        if (i < elements && global[i] == 0.0f) {
            g[i] = 0.0f;
        }
    }
}

/// Clients one after another: the sum is read and written once.
__global__ void __launch_bounds__(block_threads)
    count_kept_kernel(const KeptWeights* __restrict__ clients, std::size_t client_count,
                      std::size_t elements, std::uint64_t* __restrict__ kept) {
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i >= elements) {
        return;
    }
    std::uint64_t total = kept[i];
    for (std::size_t k = 0; k < client_count; ++k) {
        const KeptWeights client = clients[k];
        total +=
            (client.words.get()[i / warp_size] >> i % warp_size & 1u) != 0 ? client.samples : 0;
    }
    kept[i] = total;
}

__global__ void __launch_bounds__(block_threads)
    merge_kept_kernel(formula::MergeRule rule, std::size_t elements,
                      const formula::Wide* __restrict__ sum, const std::uint64_t* __restrict__ kept,
                      std::uint64_t samples, const float* __restrict__ global,
                      double* __restrict__ mean) {
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i < elements) {
        mean[i] =
            formula::way_to(formula::merged_weight(rule, sum[i], kept[i], samples), global[i]);
    }
}

dim3 elements_grid(std::size_t elements) {
    return lane_grid(divide_up(elements, block_threads), 1);
}

void stop_pruned(Device& device, std::size_t lanes, const LaneState* states, std::size_t elements,
                 const float* global, PerLane<float> gradient) {
    launch(stop_pruned_kernel, lane_grid(divide_up(elements, block_threads * per_thread), lanes),
           block_threads, 0, cuda_device(device).stream(), states, elements, global, gradient);
}

void count_kept(Device& device, std::span<const KeptWeights> clients, std::size_t elements,
                std::uint64_t* kept) {
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(count_kept_kernel, elements_grid(elements), block_threads, 0, cuda.stream(),
           cuda.list(Scratch::clients, clients), clients.size(), elements, kept);
}

void merge_kept(Device& device, formula::MergeRule rule, std::size_t elements,
                const formula::Wide* sum, const std::uint64_t* kept, std::uint64_t samples,
                const float* global, double* mean) {
    launch(merge_kept_kernel, elements_grid(elements), block_threads, 0,
           cuda_device(device).stream(), rule, elements, sum, kept, samples, global, mean);
}

} // namespace

void prune_contracts(Backend& backend) {
    backend.set(kernels::stop_pruned, stop_pruned);
    backend.set(kernels::count_kept, count_kept);
    backend.set(kernels::merge_kept, merge_kept);
}

} // namespace fedmrn::kernels::cuda
