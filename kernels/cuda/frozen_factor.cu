// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/frozen_factor.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/factors.cuh"
#include "kernels/cuda/random.cuh"

namespace fedmrn::kernels::cuda {
namespace {

// A lane or a client a blockIdx.y. Signs are made by a block for itself, in shared memory: they are
// cheaper than a factor read from memory, and a lane needs none.
constexpr unsigned block_threads = 256;
constexpr unsigned warps = block_threads / warp_size;
constexpr unsigned tile_rows = warp_size / warps; ///< of a thread, in a tile of 32 × 32

/// The word that holds an index's sign of this component.
__device__ __forceinline__ std::uint32_t sign_word(const FrozenShape& shape, std::uint64_t seed,
                                                   std::size_t index, std::size_t component) {
    const formula::Words block =
        random(seed, formula::sign_block(index, component), shape.tensor, formula::purpose_frozen);
    const unsigned word = component / 32 % 4;
    return word < 2 ? (word == 0 ? block.w[0] : block.w[1]) : (word == 2 ? block.w[2] : block.w[3]);
}

/// put(element, value of A·B) for the block's tile of 32 × 32 elements, of which a thread has four
/// of a column, 8 rows apart.
template <bool wide, class Put>
__device__ void frozen_tile(const FrozenShape& shape, std::uint64_t seed,
                            const float* __restrict__ factor, const Put& put) {
    FEDMRN_SHARED(std::uint32_t, words, [warp_size]);
    const unsigned warp = threadIdx.x / warp_size, thread = threadIdx.x % warp_size;
    const Tile tile = own_tile(shape.columns);
    const std::size_t j = tile.column + thread;
    const auto row = [&](unsigned s) { return tile.row + warp + s * warps; };
    float sum[tile_rows] = {};
    for (std::size_t begin = 0; begin < shape.rank; begin += 32) {
        __syncthreads();
        if (warp == 0) {
            words[thread] = sign_word(shape, seed, (wide ? tile.column : tile.row) + thread, begin);
        }
        __syncthreads();
        const std::size_t left = shape.rank - begin;
        for (unsigned k = 0; k < 32 && k < left; ++k) {
            FEDMRN_UNROLL
            for (unsigned s = 0; s < tile_rows; ++s) {
                if (j < shape.columns && row(s) < shape.rows) {
                    const float x = wide ? factor[(begin + k) * shape.rows + row(s)]
                                         : factor[(begin + k) * shape.columns + j];
                    sum[s] += formula::signed_by(words[wide ? thread : warp + s * warps], k, x);
                }
            }
        }
    }
    FEDMRN_UNROLL
    for (unsigned s = 0; s < tile_rows; ++s) {
        if (j < shape.columns && row(s) < shape.rows) {
            put(row(s) * shape.columns + j, shape.scale * sum[s]);
        }
    }
}

template <bool wide>
__global__ void __launch_bounds__(block_threads)
    frozen_weights_kernel(FrozenShape shape, const LaneState* states,
                          const float* __restrict__ global, PerLane<const float> factor,
                          PerLane<float> weights) {
    const std::size_t lane = blockIdx.y;
    if (states[lane].samples == 0) {
        return;
    }
    float* __restrict__ w = of_lane(weights, lane);
    frozen_tile<wide>(shape, states[lane].seed, of_lane(factor, lane),
                      [&](std::size_t i, float value) { w[i] = global[i] + value; });
}

template <bool wide>
__global__ void __launch_bounds__(block_threads)
    multiply_frozen_kernel(FrozenShape shape, const FrozenProduct* __restrict__ clients) {
    const FrozenProduct client = clients[blockIdx.y];
    frozen_tile<wide>(shape, client.seed, client.factor.get(),
                      [&](std::size_t i, float value) { client.matrix.get()[i] = value; });
}

/// The signs of one component's group for 256 neighbouring indices from `begin` on, for the block.
__device__ __forceinline__ void make_words(const FrozenShape& shape, std::uint64_t seed,
                                           std::size_t begin, std::size_t component,
                                           std::uint32_t* words) {
    __syncthreads(); // the last ones have been read
    words[threadIdx.x] = sign_word(shape, seed, begin + threadIdx.x, component);
    __syncthreads();
}

/// values [rank, rows] of a matrix with at least as many columns as rows: a warp a row of the
/// gradient, whose thread t makes partial sum t.
__global__ void __launch_bounds__(block_threads)
    wide_gradient_kernel(FrozenShape shape, const LaneState* states, PerLane<float> gradient,
                         PerLane<float> values) {
    constexpr unsigned at_once = 16; // components
    const std::size_t lane = blockIdx.y;
    const LaneState state = states[lane];
    if (state.samples == 0) {
        return;
    }
    FEDMRN_SHARED(std::uint32_t, words, [block_threads]);
    const unsigned thread = threadIdx.x % warp_size;
    const std::size_t i = blockIdx.x * std::size_t{warps} + threadIdx.x / warp_size;
    const float* __restrict__ row = of_lane(gradient, lane) + i * shape.columns;
    float* __restrict__ out = of_lane(values, lane);
    for (std::size_t k = 0; k < shape.rank; k += at_once) {
        float own[at_once] = {};
        for (std::size_t begin = 0; begin < shape.columns; begin += block_threads) {
            make_words(shape, state.seed, begin, k, words);
            for (unsigned j = thread;
                 i < shape.rows && j < block_threads && begin + j < shape.columns; j += warp_size) {
                const float x = row[begin + j];
                const std::uint32_t word = words[j] >> k % 32;
                FEDMRN_UNROLL
                for (unsigned c = 0; c < at_once; ++c) {
                    own[c] += formula::signed_by(word, c, x);
                }
            }
        }
        FEDMRN_UNROLL
        for (unsigned c = 0; c < at_once; ++c) {
            const float sum = add_halves(own[c]);
            if (thread == 0 && i < shape.rows && k + c < shape.rank) {
                out[(k + c) * shape.rows + i] = shape.scale * sum;
            }
        }
    }
}

/// values [rank, columns] of a matrix with more rows than columns.
__global__ void __launch_bounds__(block_threads)
    tall_gradient_kernel(FrozenShape shape, const LaneState* states, PerLane<float> gradient,
                         PerLane<float> values) {
    constexpr unsigned at_once = 4; // components
    const std::size_t lane = blockIdx.y;
    const LaneState state = states[lane];
    if (state.samples == 0) {
        return;
    }
    FEDMRN_SHARED(std::uint32_t, words, [block_threads]);
    const unsigned warp = threadIdx.x / warp_size, thread = threadIdx.x % warp_size;
    const std::size_t j = blockIdx.x * std::size_t{warp_size} + thread;
    const float* __restrict__ column = of_lane(gradient, lane) + j;
    float* __restrict__ out = of_lane(values, lane);
    for (std::size_t k = 0; k < shape.rank; k += at_once) {
        ColumnSums<at_once> sums;
        for (std::size_t begin = 0; begin < shape.rows; begin += block_threads) {
            make_words(shape, state.seed, begin, k, words);
            const std::size_t left = shape.rows - begin;
            const unsigned end = left < block_threads ? static_cast<unsigned>(left) : block_threads;
            const float* __restrict__ x = column + begin * shape.columns;
            for (unsigned at = warp; j < shape.columns && at < end; at += formula::sum_rows) {
                FEDMRN_UNROLL
                for (unsigned s = 0; s < sums.rows; ++s) {
                    const unsigned i = at + s * warps;
                    if (i < end) {
                        const float value = x[i * shape.columns];
                        const std::uint32_t word = words[i] >> k % 32;
                        FEDMRN_UNROLL
                        for (unsigned c = 0; c < at_once; ++c) {
                            sums.own[s][c] += formula::signed_by(word, c, value);
                        }
                    }
                }
            }
        }
        const float* total = sums.total();
        if (warp < at_once && k + warp < shape.rank && j < shape.columns) {
            out[(k + warp) * shape.columns + j] = shape.scale * total[warp * warp_size + thread];
        }
    }
}

/// gradient [elements] = the values, then zeros.
__global__ void __launch_bounds__(block_threads)
    spread_values_kernel(const LaneState* states, std::size_t elements, PerLane<float> values,
                         PerLane<float> gradient) {
    const std::size_t lane = blockIdx.y;
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (states[lane].samples != 0 && i < elements) {
        of_lane(gradient, lane)[i] = i < values.stride ? of_lane(values, lane)[i] : 0.0f;
    }
}

void frozen_weights(Device& device, const FrozenShape& shape, std::size_t lanes,
                    const LaneState* states, const float* global, PerLane<const float> factor,
                    PerLane<float> weights) {
    const std::size_t blocks = tiles_of(shape.rows, shape.columns);
    if (blocks == 0) {
        return;
    }
    launch(shape.is_wide() ? frozen_weights_kernel<true> : frozen_weights_kernel<false>,
           lane_grid(blocks, lanes), block_threads, 0, cuda_device(device).stream(), shape, states,
           global, factor, weights);
}

void frozen_gradient(Device& device, const FrozenShape& shape, std::size_t lanes,
                     const LaneState* states, PerLane<float> gradient) {
    CudaDevice& cuda = cuda_device(device);
    const std::size_t count = shape.values();
    void* memory = cuda.scratch(Scratch::frozen_values, lanes * count * sizeof(float));
    const PerLane<float> values{DevicePointer<float>::from_device(static_cast<float*>(memory)),
                                count};
    if (shape.is_wide()) {
        launch(wide_gradient_kernel, lane_grid(divide_up(shape.rows, warps), lanes), block_threads,
               0, cuda.stream(), shape, states, gradient, values);
    } else {
        launch(tall_gradient_kernel, lane_grid(divide_up(shape.columns, warp_size), lanes),
               block_threads, 0, cuda.stream(), shape, states, gradient, values);
    }
    const std::size_t elements = shape.rows * shape.columns;
    launch(spread_values_kernel, lane_grid(divide_up(elements, block_threads), lanes),
           block_threads, 0, cuda.stream(), states, elements, values, gradient);
}

void multiply_frozen(Device& device, const FrozenShape& shape,
                     std::span<const FrozenProduct> clients) {
    const std::size_t blocks = tiles_of(shape.rows, shape.columns);
    if (clients.empty() || blocks == 0) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(shape.is_wide() ? multiply_frozen_kernel<true> : multiply_frozen_kernel<false>,
           lane_grid(blocks, clients.size()), block_threads, 0, cuda.stream(), shape,
           cuda.list(Scratch::clients, clients));
}

} // namespace

void frozen_factor_contracts(Backend& backend) {
    backend.set(kernels::frozen_weights, frozen_weights);
    backend.set(kernels::frozen_gradient, frozen_gradient);
    backend.set(kernels::multiply_frozen, multiply_frozen);
}

} // namespace fedmrn::kernels::cuda
