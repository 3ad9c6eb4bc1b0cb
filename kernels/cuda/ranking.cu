// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/ranking.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/formula/ranking.hpp"

namespace fedmrn::kernels::cuda {
namespace {

constexpr unsigned block_threads = 256;
constexpr unsigned warps = block_threads / warp_size;

/// A block a lane, a warp a row. Counts are integers: their order decides nothing.
__global__ void __launch_bounds__(block_threads)
    count_top_k_kernel(std::uint32_t batch, std::uint32_t classes, std::uint32_t k,
                       const LaneState* states, const float* __restrict__ logits,
                       const std::uint16_t* __restrict__ labels, LaneMetrics* tallies) {
    const std::size_t lane = blockIdx.x;
    const std::uint32_t samples = states[lane].samples;
    if (samples == 0) {
        return;
    }
    FEDMRN_SHARED(std::uint32_t, hits, [warps]);
    const unsigned warp = threadIdx.x / warp_size, thread = threadIdx.x % warp_size;
    std::uint32_t right = 0;
    for (std::uint32_t row = warp; row < samples; row += warps) {
        const std::size_t at = lane * batch + row;
        const float* z = logits + at * classes;
        const std::uint32_t label = labels[at];
        const float of_label = z[label];
        std::uint32_t before = 0;
        for (std::uint32_t c = thread; c < classes; c += warp_size) {
            before += formula::ranks_before(z[c], c, of_label, label);
        }
        for (int step = warp_size / 2; step > 0; step /= 2) {
            before += __shfl_xor_sync(0xffffffffu, before, step);
        }
        right += before < k;
    }
    if (thread == 0) {
        hits[warp] = right;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        std::uint64_t all = 0;
        for (unsigned i = 0; i < warps; ++i) {
            all += hits[i];
        }
        tallies[lane].hits += all;
        tallies[lane].rows += samples;
    }
}

void count_top_k(Device& device, std::size_t lanes, std::size_t batch, std::size_t classes,
                 std::size_t k, const LaneState* states, const float* logits,
                 const std::uint16_t* labels, LaneMetrics* tallies) {
    launch(count_top_k_kernel, dim3(static_cast<unsigned>(lanes)), block_threads, 0,
           cuda_device(device).stream(), static_cast<std::uint32_t>(batch),
           static_cast<std::uint32_t>(classes), static_cast<std::uint32_t>(k), states, logits,
           labels, tallies);
}

} // namespace

void ranking_contracts(Backend& backend) { backend.set(kernels::count_top_k, count_top_k); }

} // namespace fedmrn::kernels::cuda
