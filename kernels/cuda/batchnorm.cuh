// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/batchnorm.hpp"
#include "kernels/cuda/choose_math.cuh"
#include "kernels/cuda/group.cuh"
#include "kernels/cuda/stored.cuh"
#include "kernels/formula/activation.hpp"
#include "kernels/formula/batchnorm.hpp"
#include "kernels/formula/pooling.hpp"

// Places in images and the sums over them that both ways of a BatchNorm need, and the end of the
// way back.
namespace fedmrn::kernels::cuda {

/// A BatchnormShape as its kernels want it. `group` neighbouring channels belong to one thread.
struct Planes {
    std::uint32_t batch, height, width, pool;
    std::uint32_t out_height;
    Divider channels, out_width, out_plane, in_width, windows; ///< windows: division by pool
    bool relu;
    bool tensor_floats; ///< as stored() has it

    Planes(const CudaDevice& cuda, const BatchnormShape& s)
        : batch(inside_lane(s.batch)), height(static_cast<std::uint32_t>(s.height)),
          width(static_cast<std::uint32_t>(s.width)), pool(static_cast<std::uint32_t>(s.pool)),
          out_height(static_cast<std::uint32_t>(s.out_height())),
          channels(static_cast<std::uint32_t>(s.channels)),
          out_width(static_cast<std::uint32_t>(s.out_width())),
          out_plane(static_cast<std::uint32_t>(s.out_height() * s.out_width())),
          in_width(static_cast<std::uint32_t>(s.width)),
          windows(static_cast<std::uint32_t>(s.pool)), relu(s.relu),
          tensor_floats(cuda.tensor_floats) {
        inside_lane(s.batch * s.height * s.width * s.channels);
    }
    __host__ __device__ std::size_t in_image() const {
        return std::size_t{height} * width * channels.divisor();
    }
    __host__ __device__ std::size_t out_image() const {
        return std::size_t{out_plane.divisor()} * channels.divisor();
    }
    __host__ __device__ std::size_t in_lane() const { return batch * in_image(); }
    __host__ __device__ std::size_t out_lane() const { return batch * out_image(); }
    /// Input pixel that is the first of the window of output pixel p, p counting on over images.
    __device__ __forceinline__ std::uint32_t window(std::uint32_t p) const {
        const std::uint32_t n = out_plane.divide(p), in_plane = p - n * out_plane.divisor();
        const std::uint32_t h = out_width.divide(in_plane);
        return (n * height + h * pool) * width + (in_plane - h * out_width.divisor()) * pool;
    }
    /// From there to number k of the window.
    __device__ __forceinline__ std::uint32_t within(std::uint32_t k) const {
        const std::uint32_t row = windows.divide(k);
        return row * width + (k - row * pool);
    }
};

struct TwoSums {
    double first, second;
};

/// Whether the block is the last one of `blocks` that counts itself here. It sees what the others
/// wrote before, and leaves zero for the next launch.
__device__ __forceinline__ bool is_last(std::uint32_t* counter, std::uint32_t blocks) {
    FEDMRN_SHARED(bool, last, [1]);
    __syncthreads(); // all threads have written
    if (threadIdx.x == 0) {
        bool mine = true;
        if (blocks > 1) {
            __threadfence();
            mine = atomicInc(counter, blocks - 1) == blocks - 1;
        }
        if (mine) {
            __threadfence();
        }
        last[0] = mine;
    }
    __syncthreads();
    return last[0];
}

/// Two sums a channel over chunks of pixels: a block adds 32 channels of one chunk, and the last
/// block of a lane to be done with these channels adds the chunks. A chunk's size is a constant, so
/// that sums do not depend on the lanes.
template <unsigned group, std::uint32_t chunk_> struct ChannelSums {
    static constexpr unsigned threads = 256, channels = 32, across = channels / group;
    static constexpr unsigned rows = threads / across;
    static constexpr std::uint32_t chunk = chunk_;

    static __device__ std::uint32_t channel() {
        return blockIdx.x * channels + threadIdx.x % across * group;
    }
    static __host__ __device__ std::uint32_t chunks(std::size_t pixels) {
        return static_cast<std::uint32_t>((pixels + chunk - 1) / chunk);
    }

    float first[group] = {}, second[group] = {};

    /// Calls add(load(pixel)) for the block's chunk (blockIdx.z) of `pixels`; add adds to first and
    /// second. The loads of several pixels are on their way at once.
    template <unsigned at_once = 4, class Load, class Add>
    __device__ void run(std::uint32_t pixels, const Load& load, const Add& add) {
        static_assert(chunk % (at_once * rows) == 0);
        const std::uint32_t begin = blockIdx.z * chunk;
        const std::uint32_t end = pixels - begin < chunk ? pixels : begin + chunk;
        std::uint32_t p = begin + threadIdx.x / across;
        for (; p + (at_once - 1) * rows < end; p += at_once * rows) {
            decltype(load(p)) loaded[at_once];
            FEDMRN_UNROLL
            for (unsigned i = 0; i < at_once; ++i) {
                loaded[i] = load(p + i * rows);
            }
            FEDMRN_UNROLL
            for (unsigned i = 0; i < at_once; ++i) {
                add(loaded[i]);
            }
        }
        for (; p < end; p += rows) {
            add(load(p));
        }
    }
    /// Calls finish(channel, its sums) once for each of the lane's channels: in the last block that
    /// gets here of those that run() a chunk of `pixels`, a thread a channel. sums
    /// [lanes][chunks][2][channels of the layer] and counters [lanes][blocks of channels] are
    /// memory to do so. Which block is the last changes no sum: it reads them all back, and adds
    /// them in an order of the chunks.
    template <class Finish>
    __device__ void add_up(std::uint32_t channel_count, std::uint32_t pixels, double* sums,
                           std::uint32_t* counters, const Finish& finish) const {
        const std::size_t stride = 2 * std::size_t{channel_count};
        const double* chunk_sums = sums + blockIdx.y * gridDim.z * stride;
        store(channel_count, sums + (blockIdx.y * gridDim.z + blockIdx.z) * stride);
        const std::uint32_t used = chunks(pixels);
        if (!is_last(counters + blockIdx.y * gridDim.x + blockIdx.x, used)) {
            return;
        }
        // A warp has four neighbouring channels, and eight threads for each: thread t of them adds
        // the chunks t, t + 8 …, then halves are added to halves.
        constexpr unsigned a_warp = channels * warp_size / threads, beside = warp_size / a_warp;
        const unsigned in_warp = threadIdx.x % warp_size;
        const std::uint32_t c =
            blockIdx.x * channels + threadIdx.x / warp_size * a_warp + in_warp % a_warp;
        TwoSums total{};
        if (c < channel_count) {
            for (std::uint32_t i = in_warp / a_warp; i < used; i += beside) {
                total.first += chunk_sums[i * stride + c];
                total.second += chunk_sums[i * stride + channel_count + c];
            }
        }
        FEDMRN_UNROLL
        for (unsigned half = warp_size / 2; half >= a_warp; half /= 2) {
            total.first += __shfl_xor_sync(0xffffffffu, total.first, half);
            total.second += __shfl_xor_sync(0xffffffffu, total.second, half);
        }
        if (c < channel_count && in_warp < a_warp) {
            finish(c, total);
        }
    }

private:
    /// sums [2][channels of the layer] = what the block's threads hold, added in their order.
    __device__ void store(std::uint32_t channel_count, double* sums) const {
        FEDMRN_SHARED(float, shared, [2 * rows * channels]);
        for (unsigned i = 0; i < group; ++i) {
            const unsigned at = threadIdx.x / across * channels + threadIdx.x % across * group + i;
            shared[at] = first[i];
            shared[rows * channels + at] = second[i];
        }
        __syncthreads();
        const unsigned which = threadIdx.x / channels, c = threadIdx.x % channels;
        if (which < 2 && blockIdx.x * channels + c < channel_count) {
            double sum = 0;
            for (unsigned row = 0; row < rows; ++row) {
                sum += static_cast<double>(shared[(which * rows + row) * channels + c]);
            }
            sums[which * channel_count + blockIdx.x * channels + c] = sum;
        }
    }
};

/// How a channel's dx is made, read at once.
struct alignas(16) Spread {
    formula::Spread of;
    float mean;
};

inline constexpr unsigned spread_threads = 256;

/// dx: a thread a group of input channels, an image a blockIdx.z.
template <class T, unsigned group>
static __global__ void __launch_bounds__(spread_threads)
    spread_kernel(Planes planes, const LaneState* states, const T* __restrict__ x,
                  const T* __restrict__ y, const std::uint8_t* __restrict__ chosen,
                  const T* __restrict__ dy, const Spread* __restrict__ spread, T* __restrict__ dx) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t channels = planes.channels.divisor();
    const std::uint32_t i = (blockIdx.x * spread_threads + threadIdx.x) * group;
    if (blockIdx.z >= states[lane].samples || i >= planes.in_image()) {
        return;
    }
    const std::uint32_t p = planes.channels.divide(i), c = i - p * channels;
    const std::uint32_t h = planes.in_width.divide(p), w = p - h * planes.width;
    const std::uint32_t oh = planes.windows.divide(h), ow = planes.windows.divide(w);
    const std::uint32_t k = (h - oh * planes.pool) * planes.pool + (w - ow * planes.pool);
    float g[group] = {}; // stays zero in rows and columns that no window covers
    if (oh < planes.out_height && ow < planes.out_width.divisor()) {
        const std::size_t at = lane * planes.out_lane() + blockIdx.z * planes.out_image() +
                               std::size_t{oh * planes.out_width.divisor() + ow} * channels + c;
        const auto passed = get<group>(y + at);
        const auto arriving = get<group>(dy + at);
        Group<std::uint8_t, group> which{};
        if (chosen) {
            which = get<group>(chosen + at);
        }
        for (unsigned j = 0; j < group; ++j) {
            const bool here =
                which.v[j] == k && formula::passes(formula::to_float(passed.v[j]), planes.relu);
            g[j] = here ? formula::to_float(arriving.v[j]) : 0.0f;
        }
    }
    const std::size_t at = lane * planes.in_lane() + blockIdx.z * planes.in_image() + i;
    const auto values = get<group>(x + at);
    Group<T, group> result;
    for (unsigned j = 0; j < group; ++j) {
        const Spread s = spread[lane * channels + c + j];
        const float sent = formula::spread_to(formula::to_float(values.v[j]) - s.mean, g[j],
                                              s.of.scale, s.of.constant, s.of.slope);
        result.v[j] = stored<T>(sent, planes.tensor_floats);
    }
    set(dx + at, result);
}

/// The same for windows of 2 × 2: a thread four channels of a whole window, whose gradient it reads
/// once, or of what is left of one at the lower and right edges. `across` windows cover a row of
/// the input, `every` an image; the threads count on over a lane's images.
template <class T>
static __global__ void __launch_bounds__(spread_threads, 4)
    spread_windows_kernel(Planes planes, Divider across, Divider every, const LaneState* states,
                          const T* __restrict__ x, const T* __restrict__ y,
                          const std::uint8_t* __restrict__ chosen, const T* __restrict__ dy,
                          const Spread* __restrict__ spread, T* __restrict__ dx) {
    constexpr unsigned group = 4;
    const std::size_t lane = blockIdx.y;
    const std::uint32_t channels = planes.channels.divisor();
    const std::uint32_t i = (blockIdx.x * spread_threads + threadIdx.x) * group;
    const std::uint32_t p = planes.channels.divide(i), c = i - p * channels;
    const std::uint32_t n = every.divide(p), window = p - n * every.divisor();
    if (n >= states[lane].samples) {
        return;
    }
    const std::uint32_t oh = across.divide(window), ow = window - oh * across.divisor();
    const std::uint32_t out_width = planes.out_width.divisor();
    const std::size_t first =
        lane * planes.in_lane() +
        std::size_t{(n * planes.height + 2 * oh) * planes.width + 2 * ow} * channels + c;
    const auto to = get<group>(spread + lane * channels + c);
    const auto pixel = [&](std::uint32_t k) {
        return first + std::size_t{k / 2 * planes.width + k % 2} * channels;
    };
    const auto send = [&](std::uint32_t k, const Group<T, group>& values, const auto& gradient) {
        Group<T, group> result;
        FEDMRN_UNROLL
        for (unsigned j = 0; j < group; ++j) {
            const Spread& s = to.v[j];
            result.v[j] =
                stored<T>(formula::spread_to(formula::to_float(values.v[j]) - s.mean, gradient(j),
                                             s.of.scale, s.of.constant, s.of.slope),
                          planes.tensor_floats);
        }
        set(dx + pixel(k), result);
    };
    if (oh < planes.out_height && ow < out_width) {
        Group<T, group> values[4];
        FEDMRN_UNROLL
        for (std::uint32_t k = 0; k < 4; ++k) {
            values[k] = get<group>(x + pixel(k));
        }
        const std::size_t at =
            lane * planes.out_lane() +
            std::size_t{(n * planes.out_height + oh) * out_width + ow} * channels + c;
        const auto passed = get<group>(y + at);
        const auto arriving = get<group>(dy + at);
        const auto which = get<group>(chosen + at);
        float g[group];
        FEDMRN_UNROLL
        for (unsigned j = 0; j < group; ++j) {
            g[j] = formula::passes(formula::to_float(passed.v[j]), planes.relu)
                       ? formula::to_float(arriving.v[j])
                       : 0.0f;
        }
        FEDMRN_UNROLL
        for (std::uint32_t k = 0; k < 4; ++k) {
            send(k, values[k], [&](unsigned j) { return which.v[j] == k ? g[j] : 0.0f; });
        }
    } else { // no window covers these, so no gradient arrives at them
        FEDMRN_ROLLED
        for (std::uint32_t k = 0; k < 4; ++k) {
            if (2 * oh + k / 2 < planes.height && 2 * ow + k % 2 < planes.width) {
                send(k, get<group>(x + pixel(k)), [](unsigned) { return 0.0f; });
            }
        }
    }
}

} // namespace fedmrn::kernels::cuda
