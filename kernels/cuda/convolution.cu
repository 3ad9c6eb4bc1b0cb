// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/convolution.hpp"

#include <algorithm>

#include "kernels/cuda/choose_math.cuh"
#include "kernels/cuda/chunks.cuh"
#include "kernels/cuda/few_channels.hpp"

namespace fedmrn::kernels::cuda {
namespace {

using formula::Bf16;

/// Where lane l's part of an array begins: l times this many values further.
struct Strides {
    std::size_t images, weights, results;
};

template <class T> using Images = Matrix<T, Along::rows, Holds::images>;

/// Results [pixels][columns] = receptive fields · weights: the way forward, and the way back to the
/// images with the weights flipped.
template <class Math, class Weights, class T>
__global__ void __launch_bounds__(Math::threads, Math::resident)
    images_kernel(const LaneState* states, std::uint32_t out_plane, unsigned tiles_across,
                  Patches<T, Along::depth> patches, Weights weights, Result<T> result,
                  Strides strides) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t rows = states[lane].samples * out_plane;
    const std::uint32_t first_row = blockIdx.x / tiles_across * Math::Shape::rows;
    const std::uint32_t first_column = blockIdx.x % tiles_across * Math::Shape::columns;
    if (first_row >= rows) {
        return;
    }
    patches.data = held(patches.data + lane * strides.images);
    patches.pixels = rows;
    weights.data = held(weights.data + lane * strides.weights);
    result.data += lane * strides.results;
    result.rows = rows;
    Math math;
    math.run(patches, weights, first_row, first_column, 0, patches.fields);
    math.store(result, first_row, first_column);
}

/// Partial results [out][fields] of one chunk of the pixels (blockIdx.z).
template <class Math, class T>
__global__ void __launch_bounds__(Math::threads, Math::resident)
    weights_kernel(const LaneState* states, std::uint32_t out_plane, unsigned tiles_across,
                   std::uint32_t chunk, Images<T> dy, Patches<T, Along::rows> patches,
                   Result<float> result, Strides strides, std::size_t dy_stride) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t pixels = states[lane].samples * out_plane;
    const std::uint32_t begin = blockIdx.z * chunk;
    const std::uint32_t first_row = blockIdx.x / tiles_across * Math::Shape::rows;
    const std::uint32_t first_column = blockIdx.x % tiles_across * Math::Shape::columns;
    if (begin >= pixels) {
        return;
    }
    dy.data += lane * dy_stride;
    dy.depth = pixels;
    patches.data = held(patches.data + lane * strides.images);
    patches.pixels = pixels;
    result.data += lane * strides.results + blockIdx.z * strides.weights;
    Math math;
    math.run(dy, patches, first_row, first_column, begin,
             pixels - begin < chunk ? pixels : begin + chunk);
    math.store(result, first_row, first_column);
}

template <class T, Along along>
Patches<T, along> patches_of(const T* image, std::size_t height, std::size_t width,
                             std::size_t channels, std::size_t out_height, std::size_t out_width,
                             std::size_t kernel, int padding, std::size_t batch) {
    inside_lane(batch * height * width * channels);
    Patches<T, along> patches;
    patches.data = image;
    patches.pixels = inside_lane(batch * out_height * out_width);
    patches.fields = inside_lane(kernel * kernel * channels);
    patches.height = static_cast<int>(height);
    patches.width = static_cast<int>(width);
    patches.padding = padding;
    patches.out_height = static_cast<int>(out_height);
    patches.next_row = static_cast<int>((width - out_width) * channels);
    patches.next_image = static_cast<int>((height - out_height) * width * channels);
    patches.channels = Divider(static_cast<std::uint32_t>(channels));
    patches.kernel = Divider(static_cast<std::uint32_t>(kernel));
    patches.out_width = Divider(static_cast<std::uint32_t>(out_width));
    patches.out_plane = Divider(static_cast<std::uint32_t>(out_height * out_width));
    patches.vector = aligned(image, batch * height * width * channels, channels, 16 / sizeof(T)) &&
                     kernel <= Patches<T, along>::widest;
    return patches;
}

/// One pass of images_kernel over images of `from` channels into images of `to`.
template <class T, class Weights>
void convolve(CudaDevice& cuda, const ConvolutionShape& shape, const LaneState* states,
              const Patches<T, Along::depth>& patches, const Weights& weights,
              std::size_t weights_stride, T* out, std::size_t columns) {
    const std::size_t plane = patches.out_plane.divisor();
    const std::size_t out_stride = shape.batch * plane * columns;
    const std::size_t image_stride =
        shape.batch * patches.height * patches.width * std::size_t{patches.channels.divisor()};
    inside_lane(out_stride);
    const Result<T> result{out, 0, static_cast<std::uint32_t>(columns),
                           aligned(out, out_stride, columns, 4), cuda.tensor_floats};
    const std::size_t rows = shape.batch * plane;
    with_way<T>(cuda, [&]<class Way>() {
        with_tall_tile<Way>(cuda, rows, columns, shape.lanes, [&]<class Tile>() {
            using Math = typename Way::template Math<Tile, Patches<T, Along::depth>, Weights>;
            const Tiling<Tile> tiling(rows, columns);
            launch(images_kernel<Math, Weights, T>, lane_grid(tiling.total, shape.lanes),
                   Math::threads, Math::shared_bytes, cuda.stream(), states,
                   static_cast<std::uint32_t>(plane), tiling.across, patches, weights, result,
                   Strides{image_stride, weights_stride, out_stride});
        });
    });
}

template <class T>
void forward(CudaDevice& cuda, const ConvolutionShape& s, const LaneState* states, const T* x,
             PerLane<const float> w, T* y) {
    if (has_few_channels(s)) {
        return few_channels_forward(cuda, s, states, x, w, y);
    }
    const auto patches =
        patches_of<T, Along::depth>(x, s.height, s.width, s.in, s.out_height(), s.out_width(),
                                    s.kernel, static_cast<int>(s.padding), s.batch);
    const Matrix<float, Along::depth> weights{w.data.get(), static_cast<std::uint32_t>(s.out),
                                              patches.fields, patches.fields,
                                              aligned(w.data.get(), w.stride, patches.fields, 4)};
    inside_lane(s.weights());
    convolve(cuda, s, states, patches, weights, w.stride, y, s.out);
}

template <class T>
void backward_data(CudaDevice& cuda, const ConvolutionShape& s, const LaneState* states,
                   const T* dy, PerLane<const float> w, T* dx) {
    const int padding = static_cast<int>(s.kernel) - 1 - static_cast<int>(s.padding);
    const auto patches = patches_of<T, Along::depth>(dy, s.out_height(), s.out_width(), s.out,
                                                     s.height, s.width, s.kernel, padding, s.batch);
    const FlippedWeights weights{w.data.get(), static_cast<std::uint32_t>(s.in),
                                 static_cast<std::uint32_t>(s.kernel * s.kernel),
                                 Divider(static_cast<std::uint32_t>(s.out)),
                                 aligned(w.data.get(), w.stride, s.in, 4)};
    inside_lane(s.weights());
    convolve(cuda, s, states, patches, weights, w.stride, dx, s.in);
}

/// Pixels a block sums: enough blocks a lane to fill a GPU with few lanes, no more. A function of
/// the shape alone, so that the order of a sum does not depend on the lanes.
std::size_t chunk_of(const ConvolutionShape& shape, std::size_t tiles) {
    constexpr std::size_t blocks_per_lane = 32, least = 256, granularity = 32;
    const std::size_t pixels = shape.batch * shape.out_height() * shape.out_width();
    const std::size_t chunks = std::max<std::size_t>(1, blocks_per_lane / tiles);
    return divide_up(std::max(least, divide_up(pixels, chunks)), granularity) * granularity;
}

template <class T>
void backward_weights(CudaDevice& cuda, const ConvolutionShape& s, const LaneState* states,
                      const T* x, const T* dy, PerLane<float> dw) {
    if (has_few_channels(s)) {
        return few_channels_weights(cuda, s, states, x, dy, dw);
    }
    const std::size_t plane = s.out_height() * s.out_width();
    const std::size_t dy_stride = s.batch * plane * s.out;
    const auto patches =
        patches_of<T, Along::rows>(x, s.height, s.width, s.in, s.out_height(), s.out_width(),
                                   s.kernel, static_cast<int>(s.padding), s.batch);
    const Images<T> outputs{dy, static_cast<std::uint32_t>(s.out), 0,
                            static_cast<std::uint32_t>(s.out),
                            aligned(dy, dy_stride, s.out, 16 / sizeof(T))};
    inside_lane(dy_stride);
    with_tile(s.out, patches.fields, [&]<class Tile>() {
        const Tiling<Tile> tiling(s.out, patches.fields);
        const std::size_t chunk = chunk_of(s, tiling.total);
        const WeightChunks chunks(cuda, s.lanes, s.weights(), plane, s.batch, chunk);
        const PerLane<float> partial = chunks.partial(dw);
        const Strides strides{s.batch * s.height * s.width * s.in, s.weights(), partial.stride};
        const Result<float> result{partial.data.get(), static_cast<std::uint32_t>(s.out),
                                   patches.fields,
                                   aligned(partial.data.get(), partial.stride, patches.fields, 4)};
        with_way<T>(cuda, [&]<class Way>() {
            using Math = typename Way::template Math<Tile, Images<T>, Patches<T, Along::rows>>;
            launch(weights_kernel<Math, T>, lane_grid(tiling.total, s.lanes, chunks.count()),
                   Math::threads, Math::shared_bytes, cuda.stream(), states,
                   static_cast<std::uint32_t>(plane), tiling.across,
                   static_cast<std::uint32_t>(chunk), outputs, patches, result, strides, dy_stride);
        });
        chunks.add(states, partial, dw);
    });
}

void convolution_forward(Device& device, const ConvolutionShape& shape, const LaneState* states,
                         const void* x, PerLane<const float> w, void* y) {
    CudaDevice& cuda = cuda_device(device);
    if (shape.real == Real::f32) {
        forward(cuda, shape, states, static_cast<const float*>(x), w, static_cast<float*>(y));
    } else {
        forward(cuda, shape, states, static_cast<const Bf16*>(x), w, static_cast<Bf16*>(y));
    }
}

void convolution_backward_data(Device& device, const ConvolutionShape& shape,
                               const LaneState* states, const void* dy, PerLane<const float> w,
                               void* dx) {
    CudaDevice& cuda = cuda_device(device);
    if (shape.real == Real::f32) {
        backward_data(cuda, shape, states, static_cast<const float*>(dy), w,
                      static_cast<float*>(dx));
    } else {
        backward_data(cuda, shape, states, static_cast<const Bf16*>(dy), w, static_cast<Bf16*>(dx));
    }
}

void convolution_backward_weights(Device& device, const ConvolutionShape& shape,
                                  const LaneState* states, const void* x, const void* dy,
                                  PerLane<float> dw) {
    CudaDevice& cuda = cuda_device(device);
    if (shape.real == Real::f32) {
        backward_weights(cuda, shape, states, static_cast<const float*>(x),
                         static_cast<const float*>(dy), dw);
    } else {
        backward_weights(cuda, shape, states, static_cast<const Bf16*>(x),
                         static_cast<const Bf16*>(dy), dw);
    }
}

} // namespace

void convolution_contracts(Backend& backend) {
    backend.set(kernels::convolution_forward, convolution_forward);
    backend.set(kernels::convolution_backward_data, convolution_backward_data);
    backend.set(kernels::convolution_backward_weights, convolution_backward_weights);
}

} // namespace fedmrn::kernels::cuda
