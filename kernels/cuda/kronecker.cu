// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/kronecker.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/random.cuh"

namespace fedmrn::kernels::cuda {
namespace {

// A block has a term, whose factors it keeps in shared memory: the frozen ones are made by the
// block itself. A lane or a client a blockIdx.y.
constexpr unsigned block_threads = 256;

/// An element's of a frozen factor.
__device__ __forceinline__ float frozen(const KroneckerShape& shape, std::uint64_t seed,
                                        std::size_t element, bool second) {
    const formula::Words words =
        random(seed, element / formula::tile * 32 + element % 32,
               formula::frozen_step(shape.tensor, second), formula::purpose_kronecker);
    const unsigned word = element / 32 % 4;
    return formula::frozen_uniform(word < 2 ? (word == 0 ? words.w[0] : words.w[1])
                                            : (word == 2 ? words.w[2] : words.w[3]),
                                   shape.unit);
}

/// The block's term: [side, side] each, in shared memory.
struct Term {
    float *l1, *r2, *r1, *l2;
    std::size_t term, first, elements; ///< the first of its elements in D, and how many there are
};

constexpr std::size_t term_bytes(std::size_t side) { return 4 * side * side * sizeof(float); }

__device__ __forceinline__ Term own_term(const KroneckerShape& shape, float* shared) {
    const std::size_t square = shape.side * shape.side;
    const std::size_t term = blockIdx.x, first = term * square * square;
    const std::size_t left = first < shape.elements ? shape.elements - first : 0;
    const std::size_t elements = left < square * square ? left : square * square;
    return {shared, shared + square, shared + 2 * square, shared + 3 * square, term,
            first,  elements};
}

__device__ __forceinline__ void make_frozen(const KroneckerShape& shape, std::uint64_t seed,
                                            const Term& term) {
    const unsigned square = static_cast<unsigned>(shape.side * shape.side);
    for (unsigned i = threadIdx.x; i < square; i += block_threads) {
        term.l1[i] = frozen(shape, seed, term.term * square + i, false);
        term.r2[i] = frozen(shape, seed, term.term * square + i, true);
    }
}

/// put(element, value of D) for the elements of the block's term.
template <class Put>
__device__ void put_term(const KroneckerShape& shape, std::uint64_t seed,
                         const float* __restrict__ factors, float* shared, const Put& put) {
    const Term term = own_term(shape, shared);
    const unsigned square = static_cast<unsigned>(shape.side * shape.side);
    make_frozen(shape, seed, term);
    for (unsigned i = threadIdx.x; i < square; i += block_threads) {
        term.r1[i] = factors[term.term * square + i];
        term.l2[i] = factors[(shape.terms + term.term) * square + i];
    }
    __syncthreads();
    const unsigned side = static_cast<unsigned>(shape.side);
    for (unsigned e = threadIdx.x; e < term.elements; e += block_threads) {
        const unsigned n = e % side, m = e / side % side, row = e / square;
        const unsigned left = row / side * side + m, right = row % side * side + n;
        put(term.first + e,
            formula::kronecker_value(term.l1[left], term.r1[right], term.l2[left], term.r2[right]));
    }
}

__global__ void __launch_bounds__(block_threads)
    kronecker_weights_kernel(KroneckerShape shape, const std::uint64_t* __restrict__ seed,
                             const LaneState* states, const float* __restrict__ global,
                             PerLane<const float> factors, PerLane<float> weights) {
    const std::size_t lane = blockIdx.y;
    if (states[lane].samples == 0) {
        return;
    }
    FEDMRN_DYNAMIC_SHARED(float, shared);
    float* __restrict__ w = of_lane(weights, lane);
    put_term(shape, *seed, of_lane(factors, lane), shared,
             [&](std::size_t i, float value) { w[i] = global[i] + value; });
}

__global__ void __launch_bounds__(block_threads)
    multiply_kronecker_kernel(KroneckerShape shape, const KroneckerProduct* __restrict__ clients) {
    FEDMRN_DYNAMIC_SHARED(float, shared);
    const KroneckerProduct client = clients[blockIdx.y];
    float* __restrict__ update = client.update.get();
    put_term(shape, client.seed, client.factors.get(), shared,
             [&](std::size_t i, float value) { update[i] = value; });
}

/// values: R1's and then L2's gradient. A thread an element of a factor, whose sum it makes in
/// order.
__global__ void __launch_bounds__(block_threads)
    kronecker_gradient_kernel(KroneckerShape shape, const std::uint64_t* __restrict__ seed,
                              const LaneState* states, PerLane<const float> gradient,
                              PerLane<float> values) {
    const std::size_t lane = blockIdx.y;
    if (states[lane].samples == 0) {
        return;
    }
    FEDMRN_DYNAMIC_SHARED(float, shared);
    const Term term = own_term(shape, shared);
    make_frozen(shape, *seed, term);
    __syncthreads();
    const unsigned side = static_cast<unsigned>(shape.side), square = side * side;
    const float* __restrict__ g = of_lane(gradient, lane) + term.first;
    float* __restrict__ out = of_lane(values, lane);
    for (unsigned task = threadIdx.x; task < 2 * square; task += block_threads) {
        const bool second = task >= square; // of L2
        const unsigned at = second ? task - square : task, major = at / side, minor = at % side;
        float sum = 0.0f;
        for (unsigned a = 0; a < side; ++a) {
            for (unsigned b = 0; b < side; ++b) {
                // R1's (j, n) over (i, m), L2's (i, m) over (j, n).
                const unsigned i = second ? major : a, j = second ? a : major;
                const unsigned m = second ? minor : b, n = second ? b : minor;
                const unsigned e = ((i * side + j) * side + m) * side + n;
                if (e < term.elements) {
                    sum = formula::plus_product(sum, g[e],
                                                (second ? term.r2 : term.l1)[a * side + b]);
                }
            }
        }
        out[((second ? shape.terms : 0) + term.term) * square + at] = sum;
    }
}

/// gradient [elements] = the values, then zeros.
__global__ void __launch_bounds__(block_threads)
    spread_factors_kernel(const LaneState* states, std::size_t elements, PerLane<float> values,
                          PerLane<float> gradient) {
    const std::size_t lane = blockIdx.y;
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (states[lane].samples != 0 && i < elements) {
        of_lane(gradient, lane)[i] = i < values.stride ? of_lane(values, lane)[i] : 0.0f;
    }
}

void kronecker_weights(Device& device, const KroneckerShape& shape, const std::uint64_t* seed,
                       std::size_t lanes, const LaneState* states, const float* global,
                       PerLane<const float> factors, PerLane<float> weights) {
    launch(kronecker_weights_kernel, lane_grid(shape.terms, lanes), block_threads,
           term_bytes(shape.side), cuda_device(device).stream(), shape, seed, states, global,
           factors, weights);
}

void kronecker_gradient(Device& device, const KroneckerShape& shape, const std::uint64_t* seed,
                        std::size_t lanes, const LaneState* states, PerLane<float> gradient) {
    CudaDevice& cuda = cuda_device(device);
    const std::size_t count = shape.values();
    const PerLane<float> values{DevicePointer<float>::from_device(static_cast<float*>(cuda.scratch(
                                    Scratch::frozen_values, lanes * count * sizeof(float)))),
                                count};
    launch(kronecker_gradient_kernel, lane_grid(shape.terms, lanes), block_threads,
           term_bytes(shape.side), cuda.stream(), shape, seed, states,
           PerLane<const float>(gradient), values);
    launch(spread_factors_kernel, lane_grid(divide_up(shape.elements, block_threads), lanes),
           block_threads, 0, cuda.stream(), states, shape.elements, values, gradient);
}

void multiply_kronecker(Device& device, const KroneckerShape& shape,
                        std::span<const KroneckerProduct> clients) {
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(multiply_kronecker_kernel, lane_grid(shape.terms, clients.size()), block_threads,
           term_bytes(shape.side), cuda.stream(), shape, cuda.list(Scratch::clients, clients));
}

} // namespace

void kronecker_contracts(Backend& backend) {
    backend.set(kernels::kronecker_weights, kronecker_weights);
    backend.set(kernels::kronecker_gradient, kronecker_gradient);
    backend.set(kernels::multiply_kronecker, multiply_kronecker);
}

} // namespace fedmrn::kernels::cuda
