// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/linear.hpp"

#include "kernels/cuda/choose_math.cuh"

namespace fedmrn::kernels::cuda {
namespace {

using formula::Bf16;

constexpr unsigned block_threads = 256;
constexpr unsigned outputs_per_warp = 8;
constexpr std::size_t few_outputs = 32; ///< up to so many, kernels of their own beat tiles
constexpr unsigned data_rows = 4;       ///< of dx, a warp

struct Strides {
    std::size_t a, b, result;
};

/// One tile of A · Bᵀ. The samples of a lane are the rows of A and of the result, or the depth.
template <class Math, bool samples_are_depth, class A, class B, class T>
__global__ void __launch_bounds__(Math::threads)
    product_kernel(const LaneState* states, unsigned tiles_across, A a, B b, Result<T> result,
                   Strides strides) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t samples = states[lane].samples;
    const std::uint32_t first_row = blockIdx.x / tiles_across * Math::Shape::rows;
    const std::uint32_t first_column = blockIdx.x % tiles_across * Math::Shape::columns;
    if (samples == 0 || (!samples_are_depth && first_row >= samples)) {
        return;
    }
    a.data += lane * strides.a;
    b.data += lane * strides.b;
    result.data += lane * strides.result;
    if constexpr (samples_are_depth) {
        a.depth = b.depth = samples;
    } else {
        a.rows = result.rows = samples;
    }
    Math math;
    math.run(a, b, first_row, first_column, 0, a.depth);
    math.store(result, first_row, first_column);
}

template <bool samples_are_depth, class A, class B, class T>
void multiply(CudaDevice& cuda, std::size_t lanes, const LaneState* states, const A& a, const B& b,
              const Result<T>& result, const Strides& strides) {
    with_tile(result.rows, result.columns, [&]<class Tile>() {
        using Math = ScalarMath<Tile, A, B>;
        const Tiling<Tile> tiling(result.rows, result.columns);
        launch(product_kernel<Math, samples_are_depth, A, B, T>, lane_grid(tiling.total, lanes),
               Math::threads, 0, cuda.stream(), states, tiling.across, a, b, result, strides);
    });
}

template <Along along, class T>
Matrix<T, along> matrix(const T* data, std::size_t rows, std::size_t depth,
                        std::size_t lane_stride) {
    inside_lane(rows * depth);
    const std::size_t stride = along == Along::depth ? depth : rows;
    return {data, static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(depth),
            static_cast<std::uint32_t>(stride), aligned(data, lane_stride, stride, 4)};
}

template <class T>
Result<T> result_of(T* data, std::size_t rows, std::size_t columns, std::size_t lane_stride,
                    bool tensor_floats = false) {
    inside_lane(rows * columns);
    return {data, static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(columns),
            aligned(data, lane_stride, columns, 4), tensor_floats};
}

/// y of one row and eight outputs a warp, for a few outputs: the classes of the last layer.
template <class T>
__global__ void __launch_bounds__(block_threads)
    few_outputs_kernel(const LaneState* states, std::uint32_t in, std::uint32_t out,
                       std::uint32_t groups, const T* __restrict__ x, std::size_t x_stride,
                       PerLane<const float> w, PerLane<const float> bias, float* __restrict__ y,
                       std::size_t y_stride) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t warp = blockIdx.x * (block_threads / warp_size) + threadIdx.x / warp_size;
    const std::uint32_t row = warp / groups, first = warp % groups * outputs_per_warp;
    const unsigned thread = threadIdx.x % warp_size;
    if (row >= states[lane].samples) {
        return;
    }
    constexpr unsigned at_once = 4; // inputs read before they are used, to seldom wait for memory
    static_assert(warp_size == 4 * outputs_per_warp);
    const T* at = x + lane * x_stride + std::size_t{row} * in;
    const float* weights[outputs_per_warp]; // beyond the outputs those of the last
    FEDMRN_UNROLL
    for (unsigned j = 0; j < outputs_per_warp; ++j) {
        const std::uint32_t output = first + j < out ? first + j : out - 1;
        weights[j] = of_lane(w, lane) + std::size_t{output} * in + thread;
    }
    float sums[outputs_per_warp] = {};
    for (std::uint32_t k = thread; k < in; k += warp_size * at_once) {
        float inputs[at_once], factors[at_once][outputs_per_warp];
        FEDMRN_UNROLL
        for (unsigned i = 0; i < at_once; ++i) {
            const bool there = k + i * warp_size < in;
            inputs[i] = there ? formula::to_float(at[k + i * warp_size]) : 0.0f;
            FEDMRN_UNROLL
            for (unsigned j = 0; j < outputs_per_warp; ++j) {
                factors[i][j] = there ? weights[j][i * warp_size] : 0.0f;
            }
        }
        FEDMRN_UNROLL
        for (unsigned j = 0; j < outputs_per_warp; ++j) {
            FEDMRN_UNROLL
            for (unsigned i = 0; i < at_once; ++i) {
                sums[j] = fmaf(inputs[i], factors[i][j], sums[j]);
            }
            weights[j] += warp_size * at_once;
        }
    }
    // Halves of a warp add half of the outputs each, and so on, until four threads have one.
    unsigned step = warp_size / 2;
    FEDMRN_UNROLL
    for (unsigned half = outputs_per_warp / 2; half > 0; half /= 2) {
        const bool upper = (thread & step) != 0;
        FEDMRN_UNROLL
        for (unsigned j = 0; j < half; ++j) {
            const float kept = upper ? sums[j + half] : sums[j];
            const float given = upper ? sums[j] : sums[j + half];
            sums[j] = kept + __shfl_xor_sync(0xffffffffu, given, static_cast<int>(step));
        }
        step /= 2;
    }
    float sum = sums[0];
    sum += __shfl_xor_sync(0xffffffffu, sum, 2);
    sum += __shfl_xor_sync(0xffffffffu, sum, 1);
    const std::uint32_t output = first + thread / 4;
    if (thread % 4 == 0 && output < out) {
        y[lane * y_stride + std::size_t{row} * out + output] =
            bias.data ? sum + of_lane(bias, lane)[output] : sum;
    }
}

/// A tile of a few outputs' gradients, `rows` rows of `outputs`, spread over a warp: a thread has
/// one value in every 32, and all get them by shuffles. One wait for memory serves them all.
template <unsigned rows, unsigned outputs> struct SpreadGradients {
    static constexpr unsigned each = rows * outputs / warp_size;
    float values[each];

    /// Of dy [samples][out]; zeros beyond its edges.
    __device__ __forceinline__ void read(const float* dy, std::uint32_t samples, std::uint32_t out,
                                         std::uint32_t first_row, std::uint32_t first_output) {
        FEDMRN_UNROLL
        for (unsigned i = 0; i < each; ++i) {
            const unsigned place = i * warp_size + threadIdx.x % warp_size;
            const std::uint32_t row = first_row + place / outputs;
            const std::uint32_t output = first_output + place % outputs;
            values[i] = row < samples && output < out ? dy[std::size_t{row} * out + output] : 0.0f;
        }
    }
    /// Whole warps call it, with compile-time places.
    __device__ __forceinline__ float at(unsigned row, unsigned output) const {
        const unsigned place = row * outputs + output;
        return __shfl_sync(0xffffffffu, values[place / warp_size],
                           static_cast<int>(place % warp_size));
    }
};

/// dw of 32 columns (blockIdx.x) and eight outputs (blockIdx.z), for a few outputs, and dbias, as a
/// last column of ones has it. A warp adds eight rows in every 64, then the warps' sums are added
/// in their order.
template <class T>
__global__ void __launch_bounds__(block_threads)
    few_weights_kernel(const LaneState* states, std::uint32_t in, std::uint32_t out,
                       const T* __restrict__ x, std::size_t x_stride, const float* __restrict__ dy,
                       std::size_t dy_stride, PerLane<float> dw, PerLane<float> dbias) {
    constexpr unsigned warps = block_threads / warp_size, rows = 8, outputs = outputs_per_warp;
    static_assert(warps == outputs, "a warp ends with an output's sums");
    const std::size_t lane = blockIdx.y;
    const std::uint32_t samples = states[lane].samples;
    if (samples == 0) {
        return;
    }
    FEDMRN_SHARED(float, partial, [warps][outputs][warp_size]);
    const unsigned warp = threadIdx.x / warp_size, thread = threadIdx.x % warp_size;
    const std::uint32_t column = blockIdx.x * warp_size + thread;
    const std::uint32_t first_output = blockIdx.z * outputs;
    x += lane * x_stride + column;
    dy += lane * dy_stride;
    float sums[outputs] = {};
    for (std::uint32_t first = warp * rows; first < samples; first += warps * rows) {
        SpreadGradients<rows, outputs> gradients;
        gradients.read(dy, samples, out, first, first_output);
        float inputs[rows];
        FEDMRN_UNROLL
        for (unsigned r = 0; r < rows; ++r) {
            const bool there = first + r < samples && column < in;
            inputs[r] = there ? formula::to_float(x[std::size_t{first + r} * in]) : 1.0f;
        }
        FEDMRN_UNROLL
        for (unsigned r = 0; r < rows; ++r) {
            FEDMRN_UNROLL
            for (unsigned j = 0; j < outputs; ++j) {
                sums[j] = fmaf(gradients.at(r, j), inputs[r], sums[j]);
            }
        }
    }
    FEDMRN_UNROLL
    for (unsigned j = 0; j < outputs; ++j) {
        partial[warp][j][thread] = sums[j];
    }
    __syncthreads();
    const std::uint32_t output = first_output + warp;
    float sum = partial[0][warp][thread];
    FEDMRN_UNROLL
    for (unsigned w = 1; w < warps; ++w) {
        sum += partial[w][warp][thread];
    }
    if (output < out && column < in) {
        of_lane(dw, lane)[std::size_t{output} * in + column] = sum;
    } else if (output < out && column == in && dbias.data) {
        of_lane(dbias, lane)[output] = sum;
    }
}

/// dx of 32 columns (blockIdx.x) and four rows a warp (blockIdx.z), for a few outputs, which are
/// added in their order.
template <class T>
__global__ void __launch_bounds__(block_threads)
    few_data_kernel(const LaneState* states, std::uint32_t in, std::uint32_t out,
                    const float* __restrict__ dy, std::size_t dy_stride, PerLane<const float> w,
                    T* __restrict__ dx, std::size_t dx_stride, bool tensor_floats) {
    constexpr unsigned warps = block_threads / warp_size, rows = data_rows, outputs = 16;
    const std::size_t lane = blockIdx.y;
    const std::uint32_t samples = states[lane].samples;
    const std::uint32_t first = (blockIdx.z * warps + threadIdx.x / warp_size) * rows;
    const std::uint32_t column = blockIdx.x * warp_size + threadIdx.x % warp_size;
    if (first >= samples) {
        return;
    }
    const float* weights = of_lane(w, lane) + column;
    float sums[rows] = {};
    for (std::uint32_t first_output = 0; first_output < out; first_output += outputs) {
        SpreadGradients<rows, outputs> gradients;
        gradients.read(dy + lane * dy_stride, samples, out, first, first_output);
        float factors[outputs];
        FEDMRN_UNROLL
        for (unsigned j = 0; j < outputs; ++j) {
            const bool there = first_output + j < out && column < in;
            factors[j] = there ? weights[std::size_t{first_output + j} * in] : 0.0f;
        }
        FEDMRN_UNROLL
        for (unsigned j = 0; j < outputs; ++j) {
            FEDMRN_UNROLL
            for (unsigned r = 0; r < rows; ++r) {
                sums[r] = fmaf(gradients.at(r, j), factors[j], sums[r]);
            }
        }
    }
    T* to = dx + lane * dx_stride + std::size_t{first} * in + column;
    FEDMRN_UNROLL
    for (unsigned r = 0; r < rows; ++r) {
        if (first + r < samples && column < in) {
            to[std::size_t{r} * in] = stored<T>(sums[r], tensor_floats);
        }
    }
}

/// y += bias, after tiles.
__global__ void __launch_bounds__(block_threads)
    add_bias_kernel(const LaneState* states, std::uint32_t out, std::size_t y_stride,
                    PerLane<const float> bias, float* __restrict__ y) {
    const std::size_t lane = blockIdx.y;
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i < std::size_t{states[lane].samples} * out) {
        y[lane * y_stride + i] += of_lane(bias, lane)[i % out];
    }
}

/// dbias = Σ dy, rows in their order.
__global__ void __launch_bounds__(block_threads)
    bias_gradient_kernel(const LaneState* states, std::uint32_t out, std::size_t dy_stride,
                         const float* __restrict__ dy, PerLane<float> dbias) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t column = blockIdx.x * block_threads + threadIdx.x;
    const std::uint32_t samples = states[lane].samples;
    if (samples == 0 || column >= out) {
        return;
    }
    const float* at = dy + lane * dy_stride + column;
    float sum = 0;
    for (std::uint32_t row = 0; row < samples; ++row) {
        sum += at[std::size_t{row} * out];
    }
    of_lane(dbias, lane)[column] = sum;
}

template <class T>
void forward(CudaDevice& cuda, const LinearShape& s, const LaneState* states, const T* x,
             PerLane<const float> w, PerLane<const float> bias, float* y) {
    const auto out = static_cast<std::uint32_t>(s.out);
    const std::size_t x_stride = s.batch * s.in, y_stride = s.batch * s.out;
    if (s.out <= few_outputs) {
        const std::size_t groups = divide_up(s.out, outputs_per_warp);
        launch(few_outputs_kernel<T>,
               lane_grid(divide_up(s.batch * groups, block_threads / warp_size), s.lanes),
               block_threads, 0, cuda.stream(), states, static_cast<std::uint32_t>(s.in), out,
               static_cast<std::uint32_t>(groups), x, x_stride, w, bias, y, y_stride);
        return;
    }
    multiply<false>(cuda, s.lanes, states, matrix<Along::depth>(x, s.batch, s.in, x_stride),
                    matrix<Along::depth>(w.data.get(), s.out, s.in, w.stride),
                    result_of(y, s.batch, s.out, y_stride), {x_stride, w.stride, y_stride});
    if (bias.data) {
        launch(add_bias_kernel, lane_grid(divide_up(y_stride, block_threads), s.lanes),
               block_threads, 0, cuda.stream(), states, out, y_stride, bias, y);
    }
}

template <class T>
void backward_data(CudaDevice& cuda, const LinearShape& s, const LaneState* states, const float* dy,
                   PerLane<const float> w, T* dx) {
    const std::size_t x_stride = s.batch * s.in, y_stride = s.batch * s.out;
    if (s.out <= few_outputs) {
        constexpr unsigned rows = block_threads / warp_size * data_rows;
        launch(few_data_kernel<T>,
               lane_grid(divide_up(s.in, warp_size), s.lanes, divide_up(s.batch, rows)),
               block_threads, 0, cuda.stream(), states, static_cast<std::uint32_t>(s.in),
               static_cast<std::uint32_t>(s.out), dy, y_stride, w, dx, x_stride,
               cuda.tensor_floats);
        return;
    }
    multiply<false>(cuda, s.lanes, states, matrix<Along::depth>(dy, s.batch, s.out, y_stride),
                    matrix<Along::rows>(w.data.get(), s.in, s.out, w.stride),
                    result_of(dx, s.batch, s.in, x_stride, cuda.tensor_floats),
                    {y_stride, w.stride, x_stride});
}

template <class T>
void backward_weights(CudaDevice& cuda, const LinearShape& s, const LaneState* states, const T* x,
                      const float* dy, PerLane<float> dw, PerLane<float> dbias) {
    const std::size_t x_stride = s.batch * s.in, y_stride = s.batch * s.out;
    const auto out = static_cast<std::uint32_t>(s.out);
    if (s.out <= few_outputs) {
        launch(few_weights_kernel<T>,
               lane_grid(divide_up(s.in + (dbias.data ? 1 : 0), warp_size), s.lanes,
                         divide_up(s.out, outputs_per_warp)),
               block_threads, 0, cuda.stream(), states, static_cast<std::uint32_t>(s.in), out, x,
               x_stride, dy, y_stride, dw, dbias);
        return;
    }
    multiply<true>(cuda, s.lanes, states, matrix<Along::rows>(dy, s.out, s.batch, y_stride),
                   matrix<Along::rows>(x, s.in, s.batch, x_stride),
                   result_of(dw.data.get(), s.out, s.in, dw.stride),
                   {y_stride, x_stride, dw.stride});
    if (dbias.data) {
        launch(bias_gradient_kernel, lane_grid(divide_up(s.out, block_threads), s.lanes),
               block_threads, 0, cuda.stream(), states, out, y_stride, dy, dbias);
    }
}

template <class Body> void with_real(Real real, const Body& body) {
    real == Real::f32 ? body.template operator()<float>() : body.template operator()<Bf16>();
}

void linear_forward(Device& device, const LinearShape& shape, const LaneState* states,
                    const void* x, PerLane<const float> w, PerLane<const float> bias, float* y) {
    with_real(shape.real, [&]<class T>() {
        forward(cuda_device(device), shape, states, static_cast<const T*>(x), w, bias, y);
    });
}

void linear_backward_data(Device& device, const LinearShape& shape, const LaneState* states,
                          const float* dy, PerLane<const float> w, void* dx) {
    with_real(shape.real, [&]<class T>() {
        backward_data(cuda_device(device), shape, states, dy, w, static_cast<T*>(dx));
    });
}

void linear_backward_weights(Device& device, const LinearShape& shape, const LaneState* states,
                             const void* x, const float* dy, PerLane<float> dw,
                             PerLane<float> dbias) {
    with_real(shape.real, [&]<class T>() {
        backward_weights(cuda_device(device), shape, states, static_cast<const T*>(x), dy, dw,
                         dbias);
    });
}

} // namespace

void linear_contracts(Backend& backend) {
    backend.set(kernels::linear_forward, linear_forward);
    backend.set(kernels::linear_backward_data, linear_backward_data);
    backend.set(kernels::linear_backward_weights, linear_backward_weights);
}

} // namespace fedmrn::kernels::cuda
