// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/mask.hpp"

#include <algorithm>

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/random.cuh"

namespace fedmrn::kernels::cuda {
namespace {

using formula::MaskShape;
using formula::NoiseShape;

// A warp holds a tile of 128 elements: thread t draws Philox block tile · 32 + t, whose four words
// belong to elements t, t + 32, t + 64 and t + 96 of the tile. So loads are coalesced and a ballot
// of the warp is a packed word.
constexpr unsigned block_threads = 256;
constexpr unsigned tiles_per_block = block_threads / warp_size;
constexpr unsigned rows = 4;
constexpr std::size_t clients_per_block = 256; ///< of an aggregation; more clients: more blocks

struct Place {
    std::size_t tile;
    unsigned thread;
    __device__ std::size_t block() const { return tile * warp_size + thread; }
    __device__ std::size_t element(unsigned row) const {
        return tile * formula::tile + row * warp_size + thread;
    }
};

__device__ __forceinline__ Place place() {
    return {blockIdx.x * std::size_t{tiles_per_block} + threadIdx.x / warp_size,
            threadIdx.x % warp_size};
}

std::size_t blocks_of(std::size_t elements) {
    return divide_up(elements, formula::tile * tiles_per_block);
}

template <MaskShape mask, NoiseShape shape>
__global__ void __launch_bounds__(block_threads)
    mask_weights_kernel(MaskRule rule, const formula::NoiseRule* round, const LaneState* states,
                        std::size_t elements, const float* __restrict__ global,
                        PerLane<const float> update, PerLane<float> weights) {
    const std::size_t lane = blockIdx.y;
    const LaneState state = states[lane];
    if (state.samples == 0) {
        return;
    }
    const Place at = place();
    const float* __restrict__ u = of_lane(update, lane);
    float* __restrict__ w = of_lane(weights, lane);
    float old[rows] = {}, base[rows] = {};
    for (unsigned row = 0; row < rows; ++row) {
        if (at.element(row) < elements) {
            old[row] = u[at.element(row)];
            base[row] = global[at.element(row)];
        }
    }
    FEDMRN_SHARED(std::uint32_t, progress, [1]); // a 64-bit division: once a block
    if (threadIdx.x == 0) {
        progress[0] =
            rule.progressive ? formula::progress(state.step + 1, state.steps) : formula::certain;
    }
    __syncthreads();
    const formula::NoiseRule now = *round;
    const formula::Words noise = random(state.seed, at.block(), 0, formula::purpose_noise);
    const formula::Words draw =
        random(state.seed, at.block(), state.step + 1, formula::purpose_mask);
    for (unsigned row = 0; row < rows; ++row) {
        if (at.element(row) < elements) {
            const std::int32_t grid = formula::noise_grid<shape>(now.floor, noise.w[row]);
            w[at.element(row)] = base[row] + formula::progressive_update<mask>(
                                                 old[row], formula::noise_value(now.unit, grid),
                                                 draw.w[row], progress[0], rule.stochastic);
        }
    }
}

template <MaskShape mask, NoiseShape shape>
__global__ void __launch_bounds__(block_threads)
    pack_masks_kernel(MaskRule rule, const MaskSource* __restrict__ clients, std::size_t elements) {
    const Place at = place();
    const MaskSource client = clients[blockIdx.y];
    const formula::Words noise = random(client.seed, at.block(), 0, formula::purpose_noise);
    const formula::Words draw = random(client.seed, at.block(), 0, formula::purpose_final_mask);
    for (unsigned row = 0; row < rows; ++row) {
        bool bit = false;
        if (at.element(row) < elements) {
            const std::int32_t grid = formula::noise_grid<shape>(rule.noise.floor, noise.w[row]);
            const std::uint32_t probability = formula::keep_probability<mask>(
                client.update.get()[at.element(row)], formula::noise_value(rule.noise.unit, grid));
            bit = formula::mask_bit(probability, draw.w[row], rule.stochastic);
        }
        const unsigned word = __ballot_sync(0xffffffffu, bit);
        if (at.thread == 0 && at.element(row) < elements) {
            client.words.get()[at.tile * rows + row] = word;
        }
    }
}

template <MaskShape mask, NoiseShape shape>
__global__ void __launch_bounds__(block_threads)
    aggregate_masks_kernel(MaskRule rule, const PackedMask* __restrict__ clients,
                           std::size_t client_count, std::size_t elements, std::int64_t* sum) {
    const Place at = place();
    const std::size_t begin = blockIdx.y * clients_per_block;
    const std::size_t left = client_count - begin;
    const std::size_t end = begin + (left < clients_per_block ? left : clients_per_block);
    std::int64_t total[rows] = {};
    for (std::size_t k = begin; k < end; ++k) {
        const PackedMask client = clients[k];
        const auto samples = static_cast<std::int64_t>(client.samples);
        const formula::Words noise = random(client.seed, at.block(), 0, formula::purpose_noise);
        for (unsigned row = 0; row < rows; ++row) {
            if (at.element(row) < elements) {
                const std::uint32_t bit = client.words.get()[at.tile * rows + row] >> at.thread & 1;
                const std::int64_t share =
                    samples * formula::noise_grid<shape>(rule.noise.floor, noise.w[row]);
                total[row] += bit != 0 ? share : (mask == MaskShape::binary ? 0 : -share);
            }
        }
    }
    for (unsigned row = 0; row < rows; ++row) {
        if (at.element(row) < elements) { // integers: their sum has no order
            atomicAdd(reinterpret_cast<unsigned long long*>(sum + at.element(row)),
                      static_cast<unsigned long long>(total[row]));
        }
    }
}

template <NoiseShape shape>
__global__ void __launch_bounds__(block_threads)
    make_noise_kernel(formula::NoiseRule rule, std::uint64_t seed, std::size_t elements,
                      float* __restrict__ out) {
    const Place at = place();
    const formula::Words noise = random(seed, at.block(), 0, formula::purpose_noise);
    for (unsigned row = 0; row < rows; ++row) {
        if (at.element(row) < elements) {
            out[at.element(row)] = formula::noise_value(
                rule.unit, formula::noise_grid<shape>(rule.floor, noise.w[row]));
        }
    }
}

/// The kernel of a rule, out of a table [mask][noise].
template <class Kernel>
Kernel* chosen(Kernel* const (&table)[2][3], MaskShape mask, NoiseShape noise) {
    return table[static_cast<std::size_t>(mask)][static_cast<std::size_t>(noise)];
}

#define FEDMRN_TABLE(kernel)                                                                       \
    {                                                                                              \
        {kernel<MaskShape::binary, NoiseShape::uniform>,                                           \
         kernel<MaskShape::binary, NoiseShape::gaussian>,                                          \
         kernel<MaskShape::binary, NoiseShape::bernoulli>},                                        \
        {                                                                                          \
            kernel<MaskShape::plusminus, NoiseShape::uniform>,                                     \
                kernel<MaskShape::plusminus, NoiseShape::gaussian>,                                \
                kernel<MaskShape::plusminus, NoiseShape::bernoulli>                                \
        }                                                                                          \
    }

void mask_weights(Device& device, const MaskRule& rule, const formula::NoiseRule* noise,
                  std::size_t lanes, const LaneState* states, std::size_t elements,
                  const float* global, PerLane<const float> update, PerLane<float> weights) {
    using Kernel = decltype(mask_weights_kernel<MaskShape::binary, NoiseShape::uniform>);
    static Kernel* const table[2][3] = FEDMRN_TABLE(mask_weights_kernel);
    launch(chosen(table, rule.mask, rule.noise.shape), lane_grid(blocks_of(elements), lanes),
           block_threads, 0, cuda_device(device).stream(), rule, noise, states, elements, global,
           update, weights);
}

void pack_masks(Device& device, const MaskRule& rule, std::span<const MaskSource> clients,
                std::size_t elements) {
    using Kernel = decltype(pack_masks_kernel<MaskShape::binary, NoiseShape::uniform>);
    static Kernel* const table[2][3] = FEDMRN_TABLE(pack_masks_kernel);
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(chosen(table, rule.mask, rule.noise.shape),
           lane_grid(blocks_of(elements), clients.size()), block_threads, 0, cuda.stream(), rule,
           cuda.list(Scratch::clients, clients), elements);
}

void aggregate_masks(Device& device, const MaskRule& rule, std::span<const PackedMask> clients,
                     std::size_t elements, std::int64_t* sum) {
    using Kernel = decltype(aggregate_masks_kernel<MaskShape::binary, NoiseShape::uniform>);
    static Kernel* const table[2][3] = FEDMRN_TABLE(aggregate_masks_kernel);
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(chosen(table, rule.mask, rule.noise.shape),
           lane_grid(blocks_of(elements), divide_up(clients.size(), clients_per_block)),
           block_threads, 0, cuda.stream(), rule, cuda.list(Scratch::clients, clients),
           clients.size(), elements, sum);
}

void make_noise(Device& device, const formula::NoiseRule& rule, std::uint64_t seed,
                std::size_t elements, float* out) {
    using Kernel = decltype(make_noise_kernel<NoiseShape::uniform>);
    static Kernel* const table[3] = {make_noise_kernel<NoiseShape::uniform>,
                                     make_noise_kernel<NoiseShape::gaussian>,
                                     make_noise_kernel<NoiseShape::bernoulli>};
    launch(table[static_cast<std::size_t>(rule.shape)], lane_grid(blocks_of(elements), 1),
           block_threads, 0, cuda_device(device).stream(), rule, seed, elements, out);
}

} // namespace

void mask_contracts(Backend& backend) {
    backend.set(kernels::mask_weights, mask_weights);
    backend.set(kernels::pack_masks, pack_masks);
    backend.set(kernels::aggregate_masks, aggregate_masks);
    backend.set(kernels::make_noise, make_noise);
}

} // namespace fedmrn::kernels::cuda
