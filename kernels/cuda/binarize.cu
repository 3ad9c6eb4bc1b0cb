// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/binarize.hpp"

#include <algorithm>

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/moments.cuh"
#include "kernels/cuda/random.cuh"

namespace fedmrn::kernels::cuda {
namespace {

using formula::BinaryScale;

// As in mask.cu a warp holds a tile of 128 elements, in rows of 32. A block holds a chunk of a
// tensor, which is two tiles a warp, or sums up one tensor; a lane or client a blockIdx.y.
constexpr unsigned block_threads = formula::binary_sums;
constexpr unsigned warps = block_threads / warp_size;
constexpr unsigned tiles_per_warp = formula::binary_chunk / formula::tile / warps;
constexpr unsigned rows = 4;
constexpr unsigned moment_threads = formula::moment_rows;
constexpr unsigned most_tensors = 32; ///< of one launch; more of them: more launches

struct Tensor {
    std::size_t offset, elements;
    std::size_t tile, word; ///< its first
    std::size_t chunk;      ///< its first in the launch
};

/// Some tensors, by value, so that a recorded launch keeps them.
struct Tensors {
    std::size_t exponents, starts; ///< in the update: a and α0 of the first of them
    std::size_t chunks;            ///< of them all
    unsigned first, count;         ///< which they are; so many stand in `of`
    Tensor of[most_tensors];
};

std::size_t chunks_of(std::size_t elements) { return divide_up(elements, formula::binary_chunk); }

/// Calls body(Tensors) for as many tensors at once as a launch takes.
template <class Body> void for_launches(const BinaryUpdate& binary, const Body& body) {
    std::size_t tile = 0, word = 0;
    for (std::size_t begin = 0; begin < binary.tensors.size(); begin += most_tensors) {
        Tensors some{};
        some.exponents = binary.scales + begin;
        some.starts = some.exponents + binary.tensors.size();
        some.first = static_cast<unsigned>(begin);
        for (std::size_t t = begin;
             t < std::min<std::size_t>(begin + most_tensors, binary.tensors.size()); ++t) {
            const BinaryTensor& tensor = binary.tensors[t];
            some.of[some.count++] = {tensor.offset, tensor.elements, tile, word, some.chunks};
            some.chunks += chunks_of(tensor.elements);
            tile += divide_up(tensor.elements, formula::tile);
            word += divide_up(tensor.elements, warp_size);
        }
        body(some);
    }
}

/// The tensor to which the block's chunk belongs; its number in the launch.
__device__ __forceinline__ unsigned tensor_of_block(const Tensors& tensors) {
    unsigned t = 0;
    while (t + 1 < tensors.count && blockIdx.x >= tensors.of[t + 1].chunk) {
        ++t;
    }
    return t;
}

/// Calls body(tile, first element) for the tiles of the block's chunk that the thread's warp holds.
template <class Body>
__device__ __forceinline__ void for_tiles(const Tensor& tensor, const Body& body) {
    const std::size_t begin = (blockIdx.x - tensor.chunk) * formula::binary_chunk;
    for (unsigned n = 0; n < tiles_per_warp; ++n) {
        const std::size_t first =
            begin + (n * warps + threadIdx.x / warp_size) * std::size_t{formula::tile};
        if (first < tensor.elements) {
            body(tensor.tile + first / formula::tile, first);
        }
    }
}

/// Calls body(element, random word) for the thread's elements in their order, whole warps at once:
/// for those behind the tensor's last too.
template <class Body>
__device__ __forceinline__ void for_draws(const Tensor& tensor, std::uint64_t seed,
                                          std::uint32_t step, formula::Purpose purpose,
                                          const Body& body) {
    const unsigned thread = threadIdx.x % warp_size;
    for_tiles(tensor, [&](std::size_t tile, std::size_t first) {
        const formula::Words draw = random(seed, tile * warp_size + thread, step, purpose);
        FEDMRN_UNROLL
        for (unsigned row = 0; row < rows; ++row) {
            body(first + row * warp_size + thread, draw.w[row]);
        }
    });
}

/// Σ of the block's partial sums by halves; right in thread 0.
__device__ __forceinline__ double block_sum(double own, double* partial) {
    partial[threadIdx.x] = own;
    for (unsigned half = block_threads / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            partial[threadIdx.x] += partial[threadIdx.x + half];
        }
    }
    return threadIdx.x == 0 ? partial[0] : own;
}

/// The mean magnitude of the update of the block's tensor; right in thread 0.
__device__ __forceinline__ float mean_magnitude(const Tensor& tensor, const float* update,
                                                formula::Moments* partial) {
    const formula::Moments moments =
        block_moments(update + tensor.offset, tensor.elements, partial);
    return tensor.elements == 0
               ? 0.0f
               : formula::scale_of(formula::ScaleKind::mean_magnitude, moments, tensor.elements);
}

/// Of the launch's tensor t, as the update holds it.
__device__ __forceinline__ BinaryScale scale_of(const Tensors& tensors, unsigned t,
                                                const float* update) {
    return formula::binary_scale(update[tensors.starts + t], update[tensors.exponents + t]);
}

/// Sets α0 where a lane begins to binarize. A block a tensor.
__global__ void __launch_bounds__(moment_threads)
    start_scales_kernel(Tensors tensors, const LaneState* states, PerLane<float> update) {
    FEDMRN_SHARED(formula::Moments, partial, [moment_threads]);
    const std::size_t lane = blockIdx.y;
    const LaneState state = states[lane];
    if (state.samples == 0 || state.step != formula::dense_steps(state.steps)) {
        return;
    }
    float* u = of_lane(update, lane);
    const float start = mean_magnitude(tensors.of[blockIdx.x], u, partial);
    if (threadIdx.x == 0) {
        u[tensors.starts + blockIdx.x] = start;
    }
}

__global__ void __launch_bounds__(block_threads)
    binarize_weights_kernel(Tensors tensors, const LaneState* states,
                            const float* __restrict__ global, PerLane<float> update,
                            PerLane<float> weights) {
    const std::size_t lane = blockIdx.y;
    const LaneState state = states[lane];
    if (state.samples == 0) {
        return;
    }
    const unsigned t = tensor_of_block(tensors);
    const Tensor& tensor = tensors.of[t];
    const float* __restrict__ base = global + tensor.offset;
    const float* __restrict__ u = of_lane(update, lane) + tensor.offset;
    float* __restrict__ w = of_lane(weights, lane) + tensor.offset;
    if (state.step < formula::dense_steps(state.steps)) {
        for_tiles(tensor, [&](std::size_t, std::size_t first) {
            for (std::size_t i = first + threadIdx.x % warp_size;
                 i < first + formula::tile && i < tensor.elements; i += warp_size) {
                w[i] = base[i] + u[i];
            }
        });
        return;
    }
    const float alpha = scale_of(tensors, t, of_lane(update, lane)).alpha;
    for_draws(tensor, state.seed, state.step + 1, formula::purpose_mask,
              [&](std::size_t i, std::uint32_t word) {
                  if (i < tensor.elements) {
                      const bool bit = formula::binary_bit(u[i], alpha, word);
                      w[i] = base[i] + formula::binary_value(bit, alpha);
                  }
              });
}

/// sums: dL/dα of the chunks of all lanes.
__global__ void __launch_bounds__(block_threads)
    binarize_gradient_kernel(Tensors tensors, const LaneState* states, PerLane<const float> update,
                             PerLane<float> gradient, double* __restrict__ sums) {
    FEDMRN_SHARED(double, partial, [block_threads]);
    const std::size_t lane = blockIdx.y;
    const LaneState state = states[lane];
    if (state.samples == 0 || state.step < formula::dense_steps(state.steps)) {
        return;
    }
    const unsigned t = tensor_of_block(tensors);
    const Tensor& tensor = tensors.of[t];
    const float* __restrict__ u = of_lane(update, lane) + tensor.offset;
    float* __restrict__ g = of_lane(gradient, lane) + tensor.offset;
    const float alpha = scale_of(tensors, t, of_lane(update, lane)).alpha;
    double own = 0.0;
    for_draws(tensor, state.seed, state.step + 1, formula::purpose_mask,
              [&](std::size_t i, std::uint32_t word) {
                  if (i < tensor.elements) {
                      const bool bit = formula::binary_bit(u[i], alpha, word);
                      own += formula::scale_gradient(g[i], u[i], alpha, bit);
                      g[i] = formula::binary_gradient(g[i], u[i], alpha);
                  }
              });
    const double sum = block_sum(own, partial);
    if (threadIdx.x == 0) {
        sums[lane * tensors.chunks + blockIdx.x] = sum;
    }
}

__global__ void __launch_bounds__(block_threads)
    scale_gradient_kernel(Tensors tensors, const LaneState* states, const double* __restrict__ sums,
                          PerLane<const float> update, PerLane<float> gradient) {
    FEDMRN_SHARED(double, partial, [block_threads]);
    const std::size_t lane = blockIdx.y;
    const LaneState state = states[lane];
    if (state.samples == 0) {
        return;
    }
    const unsigned t = blockIdx.x;
    float* g = of_lane(gradient, lane);
    if (state.step < formula::dense_steps(state.steps)) {
        if (threadIdx.x == 0) {
            g[tensors.exponents + t] = g[tensors.starts + t] = 0.0f;
        }
        return;
    }
    const std::size_t first = tensors.of[t].chunk;
    const std::size_t end = t + 1 < tensors.count ? tensors.of[t + 1].chunk : tensors.chunks;
    double own = 0.0;
    for (std::size_t chunk = first + threadIdx.x; chunk < end; chunk += block_threads) {
        own += sums[lane * tensors.chunks + chunk];
    }
    const double sum = block_sum(own, partial);
    if (threadIdx.x == 0) {
        const BinaryScale scale = scale_of(tensors, t, of_lane(update, lane));
        g[tensors.exponents + t] = formula::exponent_gradient(sum, scale);
        g[tensors.starts + t] = 0.0f;
    }
}

__global__ void __launch_bounds__(moment_threads)
    client_scales_kernel(Tensors tensors, const BinarizeSource* __restrict__ clients) {
    FEDMRN_SHARED(formula::Moments, partial, [moment_threads]);
    const BinarizeSource client = clients[blockIdx.y];
    const unsigned t = blockIdx.x;
    BinaryScale scale = scale_of(tensors, t, client.update.get());
    if (scale.start == 0.0f) { // the same for all threads
        scale = formula::binary_scale(mean_magnitude(tensors.of[t], client.update.get(), partial),
                                      client.update.get()[tensors.exponents + t]);
    }
    if (threadIdx.x == 0) {
        client.scales.get()[tensors.first + t] = scale.alpha;
    }
}

__global__ void __launch_bounds__(block_threads)
    pack_binarized_kernel(Tensors tensors, const BinarizeSource* __restrict__ clients) {
    const BinarizeSource client = clients[blockIdx.y];
    const unsigned t = tensor_of_block(tensors);
    const Tensor& tensor = tensors.of[t];
    const float* __restrict__ u = client.update.get() + tensor.offset;
    const float alpha = client.scales.get()[tensors.first + t];
    for_draws(tensor, client.seed, 0, formula::purpose_final_mask,
              [&](std::size_t i, std::uint32_t word) {
                  const bool inside = i < tensor.elements;
                  const bool below = inside && !formula::binary_bit(u[i], alpha, word);
                  const unsigned codes = __ballot_sync(0xffffffffu, below);
                  if (threadIdx.x % warp_size == 0 && inside) {
                      client.words.get()[tensor.word + i / warp_size] = codes;
                  }
              });
}

void binarize_weights(Device& device, const BinaryUpdate& binary, std::size_t lanes,
                      const LaneState* states, const float* global, PerLane<float> update,
                      PerLane<float> weights) {
    const cudaStream_t stream = cuda_device(device).stream();
    for_launches(binary, [&](const Tensors& some) {
        launch(start_scales_kernel, lane_grid(some.count, lanes), moment_threads, 0, stream, some,
               states, update);
        if (some.chunks != 0) {
            launch(binarize_weights_kernel, lane_grid(some.chunks, lanes), block_threads, 0, stream,
                   some, states, global, update, weights);
        }
    });
}

void binarize_gradient(Device& device, const BinaryUpdate& binary, std::size_t lanes,
                       const LaneState* states, PerLane<const float> update,
                       PerLane<float> gradient) {
    CudaDevice& cuda = cuda_device(device);
    for_launches(binary, [&](const Tensors& some) {
        auto* sums = static_cast<double*>(
            cuda.scratch(Scratch::binary_sums, lanes * some.chunks * sizeof(double)));
        if (some.chunks != 0) {
            launch(binarize_gradient_kernel, lane_grid(some.chunks, lanes), block_threads, 0,
                   cuda.stream(), some, states, update, gradient, sums);
        }
        launch(scale_gradient_kernel, lane_grid(some.count, lanes), block_threads, 0, cuda.stream(),
               some, states, sums, update, gradient);
    });
}

void pack_binarized(Device& device, const BinaryUpdate& binary,
                    std::span<const BinarizeSource> clients) {
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    const BinarizeSource* sources = cuda.list(Scratch::clients, clients);
    for_launches(binary, [&](const Tensors& some) {
        launch(client_scales_kernel, lane_grid(some.count, clients.size()), moment_threads, 0,
               cuda.stream(), some, sources);
        if (some.chunks != 0) {
            launch(pack_binarized_kernel, lane_grid(some.chunks, clients.size()), block_threads, 0,
                   cuda.stream(), some, sources);
        }
    });
}

} // namespace

void binarize_contracts(Backend& backend) {
    backend.set(kernels::binarize_weights, binarize_weights);
    backend.set(kernels::binarize_gradient, binarize_gradient);
    backend.set(kernels::pack_binarized, pack_binarized);
}

} // namespace fedmrn::kernels::cuda
