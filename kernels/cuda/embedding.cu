// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/embedding.hpp"

#include "kernels/cuda/choose_math.cuh"
#include "kernels/formula/bf16.hpp"

namespace fedmrn::kernels::cuda {
namespace {

using formula::Bf16;

constexpr unsigned block_threads = 256;
constexpr unsigned warps = block_threads / warp_size;
constexpr unsigned thread_values = 4;                       ///< of a row, a thread
constexpr unsigned warp_values = warp_size * thread_values; ///< of a row, a warp

/// A thread an element of y.
template <class T>
__global__ void __launch_bounds__(block_threads)
    forward_kernel(const LaneState* states, std::uint32_t places, std::uint32_t tokens, Divider dim,
                   const std::int32_t* __restrict__ words, PerLane<const float> w,
                   T* __restrict__ y) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t width = dim.divisor();
    const std::uint32_t i = blockIdx.x * block_threads + threadIdx.x;
    if (i >= states[lane].samples * tokens * width) {
        return;
    }
    const std::uint32_t place = dim.divide(i);
    const auto word = static_cast<std::size_t>(words[lane * places + place]);
    y[lane * places * width + i] =
        formula::from_float<T>(of_lane(w, lane)[word * width + (i - place * width)]);
}

/// A warp a row of the table, 128 of its values a blockIdx.z: it looks through the lane's tokens,
/// 32 at once, and adds what belongs to its row in the order of the places. Reading a few thousand
/// tokens once a row costs less than writing the row of every lane, which has to be done anyway.
template <class T>
__global__ void __launch_bounds__(block_threads)
    backward_kernel(const LaneState* states, std::uint32_t places, std::uint32_t tokens,
                    std::uint32_t vocabulary, std::uint32_t dim,
                    const std::int32_t* __restrict__ words, const T* __restrict__ dy,
                    PerLane<float> dw) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t used = states[lane].samples * tokens;
    const std::uint32_t row = blockIdx.x * warps + threadIdx.x / warp_size;
    if (used == 0 || row >= vocabulary) {
        return;
    }
    const std::uint32_t thread = threadIdx.x % warp_size;
    const std::uint32_t first = blockIdx.z * warp_values + thread;
    const std::int32_t* mine = words + lane * places;
    const T* rows = dy + lane * places * dim;
    float sum[thread_values] = {};
    for (std::uint32_t begin = 0; begin < used; begin += warp_size) {
        const std::uint32_t place = begin + thread;
        const bool here = place < used && static_cast<std::uint32_t>(mine[place]) == row;
        for (unsigned left = __ballot_sync(0xffffffffu, here); left != 0; left &= left - 1) {
            const auto offset = static_cast<std::uint32_t>(__ffs(static_cast<int>(left)) - 1);
            const T* at = rows + std::size_t{begin + offset} * dim;
            FEDMRN_UNROLL
            for (unsigned j = 0; j < thread_values; ++j) {
                const std::uint32_t d = first + j * warp_size;
                sum[j] += d < dim ? formula::to_float(at[d]) : 0.0f;
            }
        }
    }
    float* out = of_lane(dw, lane) + std::size_t{row} * dim;
    FEDMRN_UNROLL
    for (unsigned j = 0; j < thread_values; ++j) {
        if (first + j * warp_size < dim) {
            out[first + j * warp_size] = sum[j];
        }
    }
}

std::uint32_t places_of(const EmbeddingShape& s) {
    inside_lane(s.batch * s.tokens * s.dim);
    inside_lane(s.vocabulary);
    return static_cast<std::uint32_t>(s.batch * s.tokens);
}

template <class T>
void forward(CudaDevice& cuda, const EmbeddingShape& s, const LaneState* states,
             const std::int32_t* words, PerLane<const float> w, T* y) {
    const std::uint32_t places = places_of(s);
    launch(forward_kernel<T>, lane_grid(divide_up(places * s.dim, block_threads), s.lanes),
           block_threads, 0, cuda.stream(), states, places, static_cast<std::uint32_t>(s.tokens),
           Divider(static_cast<std::uint32_t>(s.dim)), words, w, y);
}

template <class T>
void backward(CudaDevice& cuda, const EmbeddingShape& s, const LaneState* states,
              const std::int32_t* words, const T* dy, PerLane<float> dw) {
    launch(backward_kernel<T>,
           lane_grid(divide_up(s.vocabulary, warps), s.lanes, divide_up(s.dim, warp_values)),
           block_threads, 0, cuda.stream(), states, places_of(s),
           static_cast<std::uint32_t>(s.tokens), static_cast<std::uint32_t>(s.vocabulary),
           static_cast<std::uint32_t>(s.dim), words, dy, dw);
}

void embedding_forward(Device& device, const EmbeddingShape& shape, const LaneState* states,
                       const std::int32_t* tokens, PerLane<const float> w, void* y) {
    CudaDevice& cuda = cuda_device(device);
    if (shape.real == Real::f32) {
        forward(cuda, shape, states, tokens, w, static_cast<float*>(y));
    } else {
        forward(cuda, shape, states, tokens, w, static_cast<Bf16*>(y));
    }
}

void embedding_backward(Device& device, const EmbeddingShape& shape, const LaneState* states,
                        const std::int32_t* tokens, const void* dy, PerLane<float> dw) {
    CudaDevice& cuda = cuda_device(device);
    if (shape.real == Real::f32) {
        backward(cuda, shape, states, tokens, static_cast<const float*>(dy), dw);
    } else {
        backward(cuda, shape, states, tokens, static_cast<const Bf16*>(dy), dw);
    }
}

} // namespace

void embedding_contracts(Backend& backend) {
    backend.set(kernels::embedding_forward, embedding_forward);
    backend.set(kernels::embedding_backward, embedding_backward);
}

} // namespace fedmrn::kernels::cuda
