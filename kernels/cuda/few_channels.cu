// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/few_channels.hpp"

#include <algorithm>

#include "kernels/cuda/choose_math.cuh"
#include "kernels/cuda/chunks.cuh"

namespace fedmrn::kernels::cuda {
namespace {

using formula::Bf16;

/// A block makes `rows` rows of results, a row a warp, a channel a thread; run: results of a row
/// that a thread makes at once, from neighbouring pixels that it reads as two quads.
constexpr int rows = 8, run = 4;
constexpr unsigned block_threads = rows * warp_size;

struct Strips {
    int height, width, padding, out_height, out_width, out;
    int stride;              ///< of a row in shared memory
    std::uint32_t per_image; ///< strips
    std::size_t x_lane, y_lane;
    bool tensor_floats; ///< as stored() has it

    Strips(const CudaDevice& cuda, const ConvolutionShape& s)
        : height(static_cast<int>(s.height)), width(static_cast<int>(s.width)),
          padding(static_cast<int>(s.padding)), out_height(static_cast<int>(s.out_height())),
          out_width(static_cast<int>(s.out_width())), out(static_cast<int>(s.out)),
          stride(static_cast<int>(divide_up(s.out_width(), run) * run + run)),
          per_image(static_cast<std::uint32_t>(divide_up(s.out_height(), rows))),
          x_lane(s.batch * s.height * s.width * s.in),
          y_lane(s.batch * s.out_height() * s.out_width() * s.out),
          tensor_floats(cuda.tensor_floats) {
        inside_lane(x_lane);
        inside_lane(y_lane);
    }
};

/// Rows of an image as float32 in shared memory, a channel's after the other's, with what the
/// strip's results read beyond the image's edges as zeros.
template <int kernel, int in> struct Field {
    static constexpr int lines = rows + kernel - 1;
    static_assert(kernel - 1 + run <= 2 * run, "a run's pixels are two quads");
    static std::size_t bytes(const Strips& s) { return sizeof(float) * in * lines * s.stride; }

    float* pixels;
    int stride;

    template <class T>
    __device__ void load(const Strips& s, const T* image, std::uint32_t strip) const {
        const int warp = static_cast<int>(threadIdx.x / warp_size);
        const int first = static_cast<int>(strip) * rows - s.padding;
        for (int line = warp; line < lines; line += rows) {
            const int y = first + line;
            for (int e = threadIdx.x % warp_size; e < stride * in; e += warp_size) {
                const int x = e / in - s.padding, channel = e % in;
                const bool there = y >= 0 && y < s.height && x >= 0 && x < s.width;
                pixels[(channel * lines + line) * stride + e / in] =
                    there ? formula::to_float(image[(y * s.width + x) * in + channel]) : 0.0f;
            }
        }
    }
    /// Calls body(tap · in + channel, pixels), pixels[i] being what result x + i of row y meets.
    template <class Body>
    __device__ __forceinline__ void visit(int y, int x, const Body& body) const {
        FEDMRN_UNROLL
        for (int ky = 0; ky < kernel; ++ky) {
            FEDMRN_UNROLL
            for (int channel = 0; channel < in; ++channel) {
                const auto* at = reinterpret_cast<const Several<float, run>*>(
                    pixels + (channel * lines + y + ky) * stride + x);
                float pixel[2 * run];
                FEDMRN_UNROLL
                for (int i = 0; i < 2 * run; ++i) {
                    pixel[i] = at[i / run].v[i % run];
                }
                FEDMRN_UNROLL
                for (int kx = 0; kx < kernel; ++kx) {
                    body((ky * kernel + kx) * in + channel, pixel + kx);
                }
            }
        }
    }
};

/// y of one strip (blockIdx.x, of 32 channels) of an image (blockIdx.z).
template <class T, int kernel, int in>
__global__ void __launch_bounds__(block_threads)
    forward_kernel(const LaneState* states, Strips s, const T* __restrict__ x,
                   PerLane<const float> w, T* __restrict__ y) {
    constexpr int fields = kernel * kernel * in;
    const std::size_t lane = blockIdx.y;
    if (blockIdx.z >= states[lane].samples) {
        return;
    }
    FEDMRN_DYNAMIC_SHARED(float, shared);
    const Field<kernel, in> field{shared, s.stride};
    const std::uint32_t strip = blockIdx.x % s.per_image;
    const int channel = static_cast<int>(blockIdx.x / s.per_image * warp_size) +
                        static_cast<int>(threadIdx.x % warp_size);
    field.load(s, x + lane * s.x_lane + std::size_t{blockIdx.z} * s.height * s.width * in, strip);
    float weights[fields];
    FEDMRN_UNROLL
    for (int f = 0; f < fields; ++f) {
        const float weight = channel < s.out ? of_lane(w, lane)[channel * fields + f] : 0.0f;
        weights[f] = formula::to_float(formula::from_float<T>(weight));
    }
    __syncthreads();
    const int warp = static_cast<int>(threadIdx.x / warp_size);
    const int row = static_cast<int>(strip) * rows + warp;
    if (row >= s.out_height || channel >= s.out) {
        return;
    }
    T* to = y + lane * s.y_lane +
            ((std::size_t{blockIdx.z} * s.out_height + row) * s.out_width) * s.out + channel;
    for (int first = 0; first < s.out_width; first += run) {
        float sums[run] = {};
        field.visit(warp, first, [&](int f, const float* pixel) {
            FEDMRN_UNROLL
            for (int i = 0; i < run; ++i) {
                sums[i] = fmaf(pixel[i], weights[f], sums[i]);
            }
        });
        FEDMRN_UNROLL
        for (int i = 0; i < run; ++i) {
            if (first + i < s.out_width) {
                to[(first + i) * s.out] = stored<T>(sums[i], s.tensor_floats);
            }
        }
    }
}

/// Partial sums [out][fields] of one chunk of the batch's strips (blockIdx.z), of 32 channels
/// (blockIdx.x): the strips of a row's warp in their order, then the warps.
template <class T, int kernel, int in>
__global__ void __launch_bounds__(block_threads)
    weights_kernel(const LaneState* states, Strips s, std::uint32_t chunk, const T* __restrict__ x,
                   const T* __restrict__ dy, PerLane<float> partial) {
    constexpr int fields = kernel * kernel * in;
    const std::size_t lane = blockIdx.y;
    const std::uint32_t strips = states[lane].samples * s.per_image;
    const std::uint32_t begin = blockIdx.z * chunk;
    if (begin >= strips) {
        return;
    }
    const std::uint32_t end = strips - begin < chunk ? strips : begin + chunk;
    FEDMRN_DYNAMIC_SHARED(float, shared);
    const Field<kernel, in> field{shared, s.stride};
    const unsigned thread = threadIdx.x % warp_size;
    const int warp = static_cast<int>(threadIdx.x / warp_size);
    const int channel = static_cast<int>(blockIdx.x * warp_size + thread);
    float sums[fields] = {};
    for (std::uint32_t strip = begin; strip < end; ++strip) {
        const std::uint32_t image = strip / s.per_image, in_image = strip % s.per_image;
        const int row = static_cast<int>(in_image) * rows + warp;
        __syncthreads(); // the strip before has been read
        field.load(s, x + lane * s.x_lane + std::size_t{image} * s.height * s.width * in, in_image);
        __syncthreads();
        if (row >= s.out_height || channel >= s.out) {
            continue;
        }
        const T* from = dy + lane * s.y_lane +
                        ((std::size_t{image} * s.out_height + row) * s.out_width) * s.out + channel;
        for (int first = 0; first < s.out_width; first += run) {
            float gradient[run];
            FEDMRN_UNROLL
            for (int i = 0; i < run; ++i) {
                gradient[i] =
                    first + i < s.out_width ? formula::to_float(from[(first + i) * s.out]) : 0.0f;
            }
            field.visit(warp, first, [&](int f, const float* pixel) {
                FEDMRN_UNROLL
                for (int i = 0; i < run; ++i) {
                    sums[f] = fmaf(gradient[i], pixel[i], sums[f]);
                }
            });
        }
    }
    for (int w = 0; w < rows; ++w) {
        __syncthreads(); // the last strip has been read, or the warp before has added
        if (warp != w) {
            continue;
        }
        FEDMRN_UNROLL
        for (int f = 0; f < fields; ++f) {
            float& sum = shared[f * warp_size + thread];
            sum = w == 0 ? sums[f] : sum + sums[f];
        }
    }
    __syncthreads();
    float* to = of_lane(partial, lane) + blockIdx.z * std::size_t{fields} * s.out;
    for (unsigned e = threadIdx.x; e < fields * warp_size; e += block_threads) {
        const int own = static_cast<int>(blockIdx.x * warp_size + e % warp_size);
        if (own < s.out) {
            to[own * fields + e / warp_size] = shared[e];
        }
    }
}

/// Calls body.operator()<kernel, in>().
template <class Body> void with_field(const ConvolutionShape& s, const Body& body) {
    const bool three = s.kernel == 3;
    if (s.in == 1) {
        three ? body.template operator()<3, 1>() : body.template operator()<5, 1>();
    } else {
        three ? body.template operator()<3, 3>() : body.template operator()<5, 3>();
    }
}

} // namespace

bool has_few_channels(const ConvolutionShape& s) {
    constexpr std::size_t widest = 256; // of a row that a block holds in shared memory
    return (s.in == 1 || s.in == 3) && (s.kernel == 3 || s.kernel == 5) && s.out_width() <= widest;
}

template <class T>
void few_channels_forward(CudaDevice& cuda, const ConvolutionShape& shape, const LaneState* states,
                          const T* x, PerLane<const float> w, T* y) {
    const Strips strips(cuda, shape);
    with_field(shape, [&]<int kernel, int in>() {
        launch(
            forward_kernel<T, kernel, in>,
            lane_grid(strips.per_image * divide_up(shape.out, warp_size), shape.lanes, shape.batch),
            block_threads, Field<kernel, in>::bytes(strips), cuda.stream(), states, strips, x, w,
            y);
    });
}

template <class T>
void few_channels_weights(CudaDevice& cuda, const ConvolutionShape& shape, const LaneState* states,
                          const T* x, const T* dy, PerLane<float> dw) {
    constexpr std::size_t blocks_per_lane = 32;
    const Strips strips(cuda, shape);
    const std::size_t groups = divide_up(shape.out, warp_size);
    const std::size_t wanted = std::max<std::size_t>(1, blocks_per_lane / groups);
    const std::size_t chunk = divide_up(shape.batch * strips.per_image, wanted);
    const WeightChunks chunks(cuda, shape.lanes, shape.weights(), strips.per_image, shape.batch,
                              chunk);
    const PerLane<float> partial = chunks.partial(dw);
    with_field(shape, [&]<int kernel, int in>() {
        const std::size_t added = sizeof(float) * kernel * kernel * in * warp_size;
        launch(weights_kernel<T, kernel, in>, lane_grid(groups, shape.lanes, chunks.count()),
               block_threads, std::max(Field<kernel, in>::bytes(strips), added), cuda.stream(),
               states, strips, static_cast<std::uint32_t>(chunk), x, dy, partial);
    });
    chunks.add(states, partial, dw);
}

template void few_channels_forward(CudaDevice&, const ConvolutionShape&, const LaneState*,
                                   const float*, PerLane<const float>, float*);
template void few_channels_forward(CudaDevice&, const ConvolutionShape&, const LaneState*,
                                   const Bf16*, PerLane<const float>, Bf16*);
template void few_channels_weights(CudaDevice&, const ConvolutionShape&, const LaneState*,
                                   const float*, const float*, PerLane<float>);
template void few_channels_weights(CudaDevice&, const ConvolutionShape&, const LaneState*,
                                   const Bf16*, const Bf16*, PerLane<float>);

} // namespace fedmrn::kernels::cuda
