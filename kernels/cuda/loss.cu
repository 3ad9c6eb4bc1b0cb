// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/loss.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"

namespace fedmrn::kernels::cuda {
namespace {

constexpr unsigned block_threads = 256;
constexpr unsigned warps = block_threads / warp_size;
constexpr std::uint32_t rows_at_once = 64; ///< whose losses wait in shared memory

/// The largest logit and its first place.
struct Largest {
    float value;
    std::uint32_t place;
};

__device__ __forceinline__ Largest larger(const Largest& a, const Largest& b) {
    return b.value > a.value || (b.value == a.value && b.place < a.place) ? b : a;
}

__device__ Largest largest_of_warp(const float* z, std::uint32_t classes, unsigned thread) {
    Largest best{-INFINITY, UINT32_MAX};
    for (std::uint32_t c = thread; c < classes; c += warp_size) {
        best = larger(best, {z[c], c});
    }
    for (int step = warp_size / 2; step > 0; step /= 2) {
        best = larger(best, {__shfl_xor_sync(0xffffffffu, best.value, step),
                             __shfl_xor_sync(0xffffffffu, best.place, step)});
    }
    return best;
}

__device__ float sum_of_warp(float value) {
    for (int step = warp_size / 2; step > 0; step /= 2) {
        value += __shfl_xor_sync(0xffffffffu, value, step);
    }
    return value;
}

/// A block a lane, a warp a row. One thread adds the rows' losses in their order, so that the sum
/// is the same at any number of lanes.
__global__ void __launch_bounds__(block_threads, 4)
    cross_entropy_kernel(std::uint32_t batch, std::uint32_t classes, const LaneState* states,
                         const float* __restrict__ logits, const std::uint16_t* __restrict__ labels,
                         float* __restrict__ gradient, LaneMetrics* metrics) {
    const std::size_t lane = blockIdx.x;
    const std::uint32_t samples = states[lane].samples;
    if (samples == 0) {
        return;
    }
    FEDMRN_SHARED(float, losses, [rows_at_once]);
    FEDMRN_SHARED(std::uint32_t, hits, [rows_at_once]);
    const unsigned warp = threadIdx.x / warp_size, thread = threadIdx.x % warp_size;
    double loss = 0;
    std::uint64_t correct = 0;
    for (std::uint32_t first = 0; first < samples; first += rows_at_once) {
        const std::uint32_t rows = samples - first < rows_at_once ? samples - first : rows_at_once;
        for (std::uint32_t row = warp; row < rows; row += warps) {
            const std::size_t at = lane * batch + first + row;
            const float* z = logits + at * classes;
            const std::uint32_t label = labels[at];
            const Largest best = largest_of_warp(z, classes, thread);
            float sum = 0;
            for (std::uint32_t c = thread; c < classes; c += warp_size) {
                sum += expf(z[c] - best.value);
            }
            sum = sum_of_warp(sum);
            if (thread == 0) {
                losses[row] = logf(sum) + (best.value - z[label]);
                hits[row] = best.place == label;
            }
            if (gradient) {
                const float scale = 1.0f / static_cast<float>(samples);
                for (std::uint32_t c = thread; c < classes; c += warp_size) {
                    const float p = expf(z[c] - best.value) / sum;
                    gradient[at * classes + c] = (p - (c == label ? 1.0f : 0.0f)) * scale;
                }
            }
        }
        __syncthreads();
        if (threadIdx.x == 0) {
            for (std::uint32_t row = 0; row < rows; ++row) {
                loss += static_cast<double>(losses[row]);
                correct += hits[row];
            }
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        metrics[lane].sum += loss;
        metrics[lane].hits += correct;
        metrics[lane].rows += samples;
    }
}

void cross_entropy(Device& device, std::size_t lanes, std::size_t batch, std::size_t classes,
                   const LaneState* states, const float* logits, const std::uint16_t* labels,
                   float* gradient, LaneMetrics* metrics) {
    launch(cross_entropy_kernel, dim3(static_cast<unsigned>(lanes)), block_threads, 0,
           cuda_device(device).stream(), static_cast<std::uint32_t>(batch),
           static_cast<std::uint32_t>(classes), states, logits, labels, gradient, metrics);
}

} // namespace

void loss_contracts(Backend& backend) { backend.set(kernels::cross_entropy, cross_entropy); }

} // namespace fedmrn::kernels::cuda
