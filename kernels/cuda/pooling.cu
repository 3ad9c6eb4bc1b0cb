// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/pooling.hpp"

#include "kernels/cuda/choose_math.cuh"
#include "kernels/cuda/group.cuh"
#include "kernels/formula/pooling.hpp"

namespace fedmrn::kernels::cuda {
namespace {

using formula::Bf16;
using formula::bias_chunk;
using formula::bias_rows;
using formula::to_float;

constexpr unsigned block_threads = 256;
constexpr unsigned across =
    block_threads / bias_rows; ///< threads beside each other on the channels

/// A PoolingShape as its kernels want it.
struct Pools {
    std::uint32_t batch, height, window, out_height;
    Divider channels, width, plane, out_width, stride;
    float count; ///< elements of a window
    bool relu;

    explicit Pools(const PoolingShape& s)
        : batch(inside_lane(s.batch)), height(static_cast<std::uint32_t>(s.height)),
          window(static_cast<std::uint32_t>(s.window)),
          out_height(static_cast<std::uint32_t>(s.out_height())),
          channels(static_cast<std::uint32_t>(s.channels)),
          width(static_cast<std::uint32_t>(s.width)),
          plane(static_cast<std::uint32_t>(s.height * s.width)),
          out_width(static_cast<std::uint32_t>(s.out_width())),
          stride(static_cast<std::uint32_t>(s.stride)),
          count(static_cast<float>(s.window * s.window)), relu(s.relu) {
        inside_lane(s.batch * s.height * s.width * s.channels);
    }
    __host__ __device__ std::size_t in_image() const {
        return std::size_t{plane.divisor()} * channels.divisor();
    }
    __host__ __device__ std::size_t out_image() const {
        return std::size_t{out_height} * out_width.divisor() * channels.divisor();
    }
};

/// A lane's biases of neighbouring channels; zeros where there are none.
template <unsigned group> struct Biases {
    float v[group];
    __device__ __forceinline__ Biases(const PerLane<const float>& bias, std::size_t lane,
                                      std::uint32_t c) {
        for (unsigned i = 0; i < group; ++i) {
            v[i] = bias.data ? of_lane(bias, lane)[c + i] : 0.0f;
        }
    }
};

/// A thread a group of output channels, an image a blockIdx.z.
template <Pool pool, class T, unsigned group>
__global__ void __launch_bounds__(block_threads, 4)
    forward_kernel(Pools s, const LaneState* states, const T* __restrict__ x,
                   PerLane<const float> bias, T* __restrict__ y,
                   std::uint8_t* __restrict__ chosen) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t channels = s.channels.divisor();
    const std::uint32_t i = (blockIdx.x * block_threads + threadIdx.x) * group;
    if (blockIdx.z >= states[lane].samples || i >= s.out_image()) {
        return;
    }
    const std::size_t image = lane * s.batch + blockIdx.z;
    const std::uint32_t p = s.channels.divide(i), c = i - p * channels;
    const std::uint32_t oh = s.out_width.divide(p), ow = p - oh * s.out_width.divisor();
    const std::uint32_t step = s.stride.divisor();
    const T* corner = x + image * s.in_image() +
                      (std::size_t{oh} * step * s.width.divisor() + ow * step) * channels + c;
    const Biases<group> biases(bias, lane, c);
    float result[group] = {};
    Group<std::uint8_t, group> which{};
    std::uint32_t k = 0;
    for (std::uint32_t row = 0; row < s.window; ++row) {
        const T* at = corner + std::size_t{row} * s.width.divisor() * channels;
        for (std::uint32_t column = 0; column < s.window; ++column, ++k, at += channels) {
            const auto values = get<group>(at);
            for (unsigned j = 0; j < group; ++j) {
                const float v = formula::activated(to_float(values.v[j]), biases.v[j], s.relu);
                if constexpr (pool == Pool::average) {
                    result[j] += v;
                } else if (k == 0 || formula::exceeds(v, result[j])) {
                    result[j] = v;
                    which.v[j] = static_cast<std::uint8_t>(k);
                }
            }
        }
    }
    Group<T, group> out;
    for (unsigned j = 0; j < group; ++j) {
        out.v[j] = formula::from_float<T>(pool == Pool::average ? result[j] / s.count : result[j]);
    }
    set(y + image * s.out_image() + i, out);
    if (pool == Pool::max && chosen) {
        set(chosen + image * s.out_image() + i, which);
    }
}

/// What the windows over input pixel p of a lane send to its channels from c on.
template <Pool pool, class T, unsigned group>
__device__ __forceinline__ void
incoming(const Pools& s, std::uint32_t p, std::uint32_t c, const T* __restrict__ y,
         const std::uint8_t* __restrict__ chosen, const T* __restrict__ dy, float (&g)[group]) {
    const std::uint32_t n = s.plane.divide(p), in_plane = p - n * s.plane.divisor();
    const std::uint32_t h = s.width.divide(in_plane), w = in_plane - h * s.width.divisor();
    const std::uint32_t step = s.stride.divisor(), out_width = s.out_width.divisor();
    const auto first = [&](std::uint32_t i) {
        return i < s.window ? 0 : s.stride.divide(i - s.window) + 1;
    };
    const auto end = [&](std::uint32_t i, std::uint32_t windows) {
        const std::uint32_t next = s.stride.divide(i) + 1;
        return next < windows ? next : windows;
    };
    const std::uint32_t last_row = end(h, s.out_height), last_column = end(w, out_width);
    for (std::uint32_t oh = first(h); oh < last_row; ++oh) {
        for (std::uint32_t ow = first(w); ow < last_column; ++ow) {
            const std::size_t at =
                std::size_t{(n * s.out_height + oh) * out_width + ow} * s.channels.divisor() + c;
            const auto arriving = get<group>(dy + at);
            if constexpr (pool == Pool::average) {
                for (unsigned i = 0; i < group; ++i) {
                    g[i] += to_float(arriving.v[i]);
                }
                continue;
            }
            const std::uint32_t k = (h - oh * step) * s.window + (w - ow * step);
            const auto passed = get<group>(y + at);
            Group<std::uint8_t, group> which{};
            if (chosen) {
                which = get<group>(chosen + at);
            }
            for (unsigned i = 0; i < group; ++i) {
                const bool here = which.v[i] == k && formula::passes(to_float(passed.v[i]), s.relu);
                g[i] += here ? to_float(arriving.v[i]) : 0.0f;
            }
        }
    }
}

/// dx of a chunk of a lane's pixels (blockIdx.z) and of across · group channels; their sums into
/// sums [lanes][chunks][channels], where it is not null.
template <Pool pool, class T, unsigned group>
__global__ void __launch_bounds__(block_threads, 4)
    backward_kernel(Pools s, const LaneState* states, const T* __restrict__ x,
                    PerLane<const float> bias, const T* __restrict__ y,
                    const std::uint8_t* __restrict__ chosen, const T* __restrict__ dy,
                    T* __restrict__ dx, double* __restrict__ sums) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t channels = s.channels.divisor();
    const std::uint32_t pixels = states[lane].samples * s.plane.divisor();
    const std::uint32_t begin = blockIdx.z * bias_chunk;
    if (begin >= pixels) {
        return;
    }
    const std::uint32_t row = threadIdx.x / across, column = threadIdx.x % across * group;
    const std::uint32_t block_channel = blockIdx.x * across * group, c = block_channel + column;
    float sum[group] = {};
    if (c < channels) {
        const std::size_t in = lane * s.batch * s.in_image(), out = lane * s.batch * s.out_image();
        const Biases<group> biases(bias, lane, c);
        const std::uint32_t end = pixels - begin < bias_chunk ? pixels : begin + bias_chunk;
        for (std::uint32_t p = begin + row; p < end; p += bias_rows) {
            float g[group] = {};
            incoming<pool, T, group>(s, p, c, y + out, chosen ? chosen + out : nullptr, dy + out,
                                     g);
            const std::size_t at = in + std::size_t{p} * channels + c;
            if constexpr (pool == Pool::average) {
                const auto values = get<group>(x + at);
                for (unsigned i = 0; i < group; ++i) {
                    const bool pass = formula::passes(to_float(values.v[i]) + biases.v[i], s.relu);
                    g[i] = pass ? g[i] / s.count : 0.0f;
                }
            }
            Group<T, group> result;
            for (unsigned i = 0; i < group; ++i) {
                result.v[i] = formula::from_float<T>(g[i]);
                sum[i] += g[i];
            }
            set(dx + at, result);
        }
    }
    if (!sums) {
        return;
    }
    FEDMRN_SHARED(float, shared, [block_threads * group]);
    for (unsigned i = 0; i < group; ++i) {
        shared[row * across * group + column + i] = sum[i];
    }
    __syncthreads();
    if (threadIdx.x < across * group && block_channel + threadIdx.x < channels) {
        double total = 0;
        for (unsigned r = 0; r < bias_rows; ++r) {
            total += static_cast<double>(shared[r * across * group + threadIdx.x]);
        }
        sums[(lane * gridDim.z + blockIdx.z) * channels + block_channel + threadIdx.x] = total;
    }
}

__global__ void __launch_bounds__(block_threads)
    bias_gradient_kernel(Pools s, const LaneState* states, std::uint32_t chunks,
                         const double* __restrict__ sums, PerLane<float> dbias) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t c = blockIdx.x * block_threads + threadIdx.x;
    const std::uint32_t channels = s.channels.divisor();
    const std::uint32_t pixels = states[lane].samples * s.plane.divisor();
    if (pixels == 0 || c >= channels) {
        return;
    }
    double total = 0;
    for (std::uint32_t i = 0; i < (pixels - 1) / bias_chunk + 1; ++i) {
        total += sums[(lane * chunks + i) * channels + c];
    }
    of_lane(dbias, lane)[c] = static_cast<float>(total);
}

/// Calls body.operator()<pool, T, group>().
template <class Body>
void with_types(const PoolingShape& shape, std::initializer_list<const void*> arrays,
                const Body& body) {
    with_group(shape.real, shape.channels, arrays, [&]<class T, unsigned group>() {
        shape.pool == Pool::max ? body.template operator()<Pool::max, T, group>()
                                : body.template operator()<Pool::average, T, group>();
    });
}

void pooling_forward(Device& device, const PoolingShape& shape, const LaneState* states,
                     const void* x, PerLane<const float> bias, void* y, std::uint8_t* chosen) {
    const Pools pools(shape);
    with_types(shape, {x, y, chosen}, [&]<Pool pool, class T, unsigned group>() {
        launch(forward_kernel<pool, T, group>,
               lane_grid(divide_up(pools.out_image(), block_threads * group), shape.lanes,
                         shape.batch),
               block_threads, 0, cuda_device(device).stream(), pools, states,
               static_cast<const T*>(x), bias, static_cast<T*>(y), chosen);
    });
}

void pooling_backward(Device& device, const PoolingShape& shape, const LaneState* states,
                      const void* x, PerLane<const float> bias, const void* y,
                      const std::uint8_t* chosen, const void* dy, void* dx, PerLane<float> dbias) {
    CudaDevice& cuda = cuda_device(device);
    const Pools pools(shape);
    const auto chunks =
        static_cast<std::uint32_t>(divide_up(shape.batch * shape.height * shape.width, bias_chunk));
    double* sums = nullptr;
    if (dbias.data) {
        sums = static_cast<double*>(cuda.scratch(
            Scratch::pooling_sums, shape.lanes * chunks * shape.channels * sizeof(double)));
    }
    with_types(shape, {x, y, chosen, dy, dx}, [&]<Pool pool, class T, unsigned group>() {
        launch(backward_kernel<pool, T, group>,
               lane_grid(divide_up(shape.channels, across * group), shape.lanes, chunks),
               block_threads, 0, cuda.stream(), pools, states, static_cast<const T*>(x), bias,
               static_cast<const T*>(y), chosen, static_cast<const T*>(dy), static_cast<T*>(dx),
               sums);
    });
    if (dbias.data) {
        launch(bias_gradient_kernel,
               lane_grid(divide_up(shape.channels, block_threads), shape.lanes), block_threads, 0,
               cuda.stream(), pools, states, chunks, sums, dbias);
    }
}

} // namespace

void pooling_contracts(Backend& backend) {
    backend.set(kernels::pooling_forward, pooling_forward);
    backend.set(kernels::pooling_backward, pooling_backward);
}

} // namespace fedmrn::kernels::cuda
