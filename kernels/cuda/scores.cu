// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/scores.hpp"

#include <algorithm>

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/random.cuh"

namespace fedmrn::kernels::cuda {
namespace {

// As in mask.cu a warp holds a tile of 128 elements, in rows of 32. The tile's signs are one block
// of random words, the same for all threads of the warp.
constexpr unsigned block_threads = 256;
constexpr unsigned tiles_per_block = block_threads / warp_size;
constexpr unsigned rows = 4;
constexpr unsigned most_tensors = 32; ///< of one launch; more of them: more launches

/// Some tensors, by value, so that a recorded launch keeps them.
struct Frozen {
    std::uint64_t seed;
    std::size_t first, end; ///< elements
    FrozenTensor tensors[most_tensors];
};

struct Place {
    std::size_t tile;
    unsigned thread;
    __device__ std::size_t block() const { return tile * warp_size + thread; }
    __device__ std::size_t element(unsigned row) const {
        return tile * formula::tile + row * warp_size + thread;
    }
};

/// first: of the launch's elements.
__device__ __forceinline__ Place place(std::size_t first) {
    return {first / formula::tile + blockIdx.x * std::size_t{tiles_per_block} +
                threadIdx.x / warp_size,
            threadIdx.x % warp_size};
}

std::size_t blocks_of(std::size_t first, std::size_t end) {
    return divide_up(divide_up(end, formula::tile) - first / formula::tile, tiles_per_block);
}

/// Calls body(row, element, frozen weight) for the thread's elements of the launch.
template <class Body>
__device__ __forceinline__ void for_rows(const Frozen& frozen, const Place& at, const Body& body) {
    const formula::Words signs = random(frozen.seed, at.tile, 0, formula::purpose_weights);
    unsigned tensor = 0;
    FEDMRN_UNROLL
    for (unsigned row = 0; row < rows; ++row) {
        const std::size_t i = at.element(row);
        if (i < frozen.first || i >= frozen.end) {
            continue;
        }
        while (i >= frozen.tensors[tensor].end) {
            ++tensor;
        }
        body(row, i,
             formula::frozen_weight(frozen.tensors[tensor].magnitude, signs.w[row], at.thread));
    }
}

__global__ void __launch_bounds__(block_threads)
    score_weights_kernel(Frozen frozen, const LaneState* states, const float* __restrict__ global,
                         PerLane<const float> update, PerLane<float> weights) {
    const std::size_t lane = blockIdx.y;
    const LaneState state = states[lane];
    if (state.samples == 0) {
        return;
    }
    const Place at = place(frozen.first);
    const float* __restrict__ u = of_lane(update, lane);
    float* __restrict__ w = of_lane(weights, lane);
    const formula::Words draw =
        random(state.seed, at.block(), state.step + 1, formula::purpose_mask);
    for_rows(frozen, at, [&](unsigned row, std::size_t i, float weight) {
        const std::uint32_t p = formula::score_probability(global[i] + u[i]);
        w[i] = formula::mask_bit(p, draw.w[row], true) ? weight : 0.0f;
    });
}

__global__ void __launch_bounds__(block_threads)
    mean_score_weights_kernel(Frozen frozen, DrawnMasks masks, const float* __restrict__ scores,
                              float* __restrict__ weights) {
    const Place at = place(frozen.first);
    std::uint32_t probabilities[rows], set[rows];
    FEDMRN_UNROLL
    for (unsigned row = 0; row < rows; ++row) {
        const std::size_t i = at.element(row);
        const bool there = i >= frozen.first && i < frozen.end;
        probabilities[row] = there ? formula::score_probability(scores[i]) : 0;
        set[row] = masks.count == 0 ? probabilities[row] : 0;
    }
    for (std::uint32_t mask = 0; mask < masks.count; ++mask) {
        const formula::Words draw = random(masks.seed, at.block() + mask * formula::blocks_per_mask,
                                           masks.step + 1, formula::purpose_mask);
        FEDMRN_UNROLL
        for (unsigned row = 0; row < rows; ++row) {
            set[row] += formula::mask_bit(probabilities[row], draw.w[row], true) ? 1 : 0;
        }
    }
    const std::uint32_t of = masks.count == 0 ? formula::certain : masks.count;
    for_rows(frozen, at, [&](unsigned row, std::size_t i, float weight) {
        weights[i] = formula::mean_weight(weight, set[row], of);
    });
}

__global__ void __launch_bounds__(block_threads)
    score_gradient_kernel(Frozen frozen, double rate, const LaneState* states,
                          const float* __restrict__ global, PerLane<const float> update,
                          PerLane<float> gradient) {
    const std::size_t lane = blockIdx.y;
    if (states[lane].samples == 0) {
        return;
    }
    const float* __restrict__ u = of_lane(update, lane);
    float* __restrict__ g = of_lane(gradient, lane);
    for_rows(frozen, place(frozen.first), [&](unsigned, std::size_t i, float weight) {
        g[i] = formula::score_gradient(g[i], weight, global[i] + u[i], rate);
    });
}

/// A client a blockIdx.y.
__global__ void __launch_bounds__(block_threads)
    pack_scores_kernel(const MaskSource* __restrict__ clients, std::size_t elements,
                       const float* __restrict__ global) {
    const Place at = place(0);
    const MaskSource client = clients[blockIdx.y];
    const formula::Words draw = random(client.seed, at.block(), 0, formula::purpose_final_mask);
    for (unsigned row = 0; row < rows; ++row) {
        const std::size_t i = at.element(row);
        bool bit = false;
        if (i < elements) {
            const std::uint32_t p = formula::score_probability(global[i] + client.update.get()[i]);
            bit = formula::mask_bit(p, draw.w[row], true);
        }
        const unsigned word = __ballot_sync(0xffffffffu, bit);
        if (at.thread == 0 && i < elements) {
            client.words.get()[at.tile * rows + row] = word;
        }
    }
}

__global__ void __launch_bounds__(block_threads)
    posterior_scores_kernel(const std::uint64_t* __restrict__ ones, std::uint32_t clients,
                            std::size_t elements, const float* __restrict__ global,
                            double* __restrict__ mean) {
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i < elements) {
        mean[i] = formula::posterior_score(static_cast<std::uint32_t>(ones[i]), clients) -
                  static_cast<double>(global[i]);
    }
}

/// Calls body(Frozen) for as many tensors at once as a launch takes.
template <class Body> void for_launches(const FrozenWeights& frozen, const Body& body) {
    Frozen some{.seed = frozen.seed};
    for (std::size_t begin = 0; begin < frozen.tensors.size(); begin += most_tensors) {
        const auto part = frozen.tensors.subspan(
            begin, std::min<std::size_t>(most_tensors, frozen.tensors.size() - begin));
        std::copy(part.begin(), part.end(), some.tensors);
        some.end = part.back().end;
        if (some.end != some.first) {
            body(some);
        }
        some.first = some.end;
    }
}

void score_weights(Device& device, const FrozenWeights& frozen, std::size_t lanes,
                   const LaneState* states, const float* global, PerLane<const float> update,
                   PerLane<float> weights) {
    for_launches(frozen, [&](const Frozen& some) {
        launch(score_weights_kernel, lane_grid(blocks_of(some.first, some.end), lanes),
               block_threads, 0, cuda_device(device).stream(), some, states, global, update,
               weights);
    });
}

void mean_score_weights(Device& device, const FrozenWeights& frozen, const DrawnMasks& masks,
                        const float* scores, float* weights) {
    for_launches(frozen, [&](const Frozen& some) {
        launch(mean_score_weights_kernel, lane_grid(blocks_of(some.first, some.end), 1),
               block_threads, 0, cuda_device(device).stream(), some, masks, scores, weights);
    });
}

void score_gradient(Device& device, const FrozenWeights& frozen, double rate, std::size_t lanes,
                    const LaneState* states, const float* global, PerLane<const float> update,
                    PerLane<float> gradient) {
    for_launches(frozen, [&](const Frozen& some) {
        launch(score_gradient_kernel, lane_grid(blocks_of(some.first, some.end), lanes),
               block_threads, 0, cuda_device(device).stream(), some, rate, states, global, update,
               gradient);
    });
}

void pack_scores(Device& device, std::span<const MaskSource> clients, std::size_t elements,
                 const float* global) {
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(pack_scores_kernel, lane_grid(blocks_of(0, elements), clients.size()), block_threads, 0,
           cuda.stream(), cuda.list(Scratch::clients, clients), elements, global);
}

void posterior_scores(Device& device, const std::uint64_t* ones, std::uint32_t clients,
                      std::size_t elements, const float* global, double* mean) {
    launch(posterior_scores_kernel, lane_grid(divide_up(elements, block_threads), 1), block_threads,
           0, cuda_device(device).stream(), ones, clients, elements, global, mean);
}

} // namespace

void scores_contracts(Backend& backend) {
    backend.set(kernels::score_weights, score_weights);
    backend.set(kernels::mean_score_weights, mean_score_weights);
    backend.set(kernels::score_gradient, score_gradient);
    backend.set(kernels::pack_scores, pack_scores);
    backend.set(kernels::posterior_scores, posterior_scores);
}

} // namespace fedmrn::kernels::cuda
