// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/convolution.hpp"

#include <algorithm>

#include "kernels/cuda/choose_math.cuh"
#include "kernels/cuda/chunks.cuh"
#include "kernels/cuda/few_channels.hpp"
#include "kernels/cuda/field_math.cuh"

namespace fedmrn::kernels::cuda {
namespace {

using formula::Bf16;

/// Where lane l's part of an array begins: l times this many values further.
struct Strides {
    std::size_t images, weights, results;
};

template <class T> using Images = Matrix<T, Along::rows, Holds::images>;

/// The block's tile of a lane's results, whose arguments become the lane's own.
template <class Shape> struct LaneTile {
    std::uint32_t samples, row, column; ///< row, column: its first
    bool there;

    template <class T, class Weights>
    __device__ LaneTile(const LaneState* states, std::uint32_t out_plane, unsigned tiles_across,
                        Patches<T, Along::depth>& patches, Weights& weights, Result<T>& result,
                        const Strides& strides)
        : samples(states[blockIdx.y].samples), row(blockIdx.x / tiles_across * Shape::rows),
          column(blockIdx.x % tiles_across * Shape::columns) {
        const std::size_t lane = blockIdx.y;
        patches.data += lane * strides.images;
        weights.data += lane * strides.weights;
        result.data += lane * strides.results;
        patches.pixels = result.rows = samples * out_plane;
        there = row < result.rows;
    }
};

/// Results [pixels][columns] = receptive fields · weights: the way forward, and the way back to the
/// images with the weights flipped.
template <class Math, class Weights, class T>
__global__ void __launch_bounds__(Math::threads, Math::resident)
    images_kernel(const LaneState* states, std::uint32_t out_plane, unsigned tiles_across,
                  Patches<T, Along::depth> patches, Weights weights, Result<T> result,
                  Strides strides) {
    const LaneTile<typename Math::Shape> tile(states, out_plane, tiles_across, patches, weights,
                                              result, strides);
    if (tile.there) {
        Math math;
        math.run(patches, weights, tile.row, tile.column, 0, patches.fields);
        math.store(result, tile.row, tile.column);
    }
}

/// The same by FieldMath.
template <class Math, bool flipped, class T>
__global__ void __launch_bounds__(Math::threads, Math::resident)
    fields_kernel(const LaneState* states, std::uint32_t out_plane, unsigned tiles_across,
                  Patches<T, Along::depth> patches, TapWeights<flipped> weights, Result<T> result,
                  Strides strides, Reach reach) {
    const LaneTile<typename Math::Shape> tile(states, out_plane, tiles_across, patches, weights,
                                              result, strides);
    if (tile.there) {
        const auto plane = static_cast<std::uint32_t>(patches.height * patches.width);
        Math math;
        math.run(patches, weights, reach, tile.samples * plane, tile.row, tile.column);
        math.store(result, tile.row, tile.column);
    }
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
    patches.data += lane * strides.images;
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

/// What a tile of so many results reaches, wherever it lies: results that are next to each other
/// are so in the images too, but for the ends of rows and images.
template <class T> Reach reach_of(const Patches<T, Along::depth>& patches, std::size_t tile_rows) {
    const auto number = [](const Divider& d) { return std::int64_t{d.divisor()}; };
    const auto steps = static_cast<std::int64_t>(tile_rows) - 1;
    const std::int64_t kernel = number(patches.kernel), width = patches.width;
    const auto ends = [&](std::int64_t every) { return (steps + every - 1) / every; };
    const std::int64_t rows = ends(number(patches.out_width)) * (width - number(patches.out_width));
    const std::int64_t images =
        ends(number(patches.out_plane)) * (patches.height - patches.out_height) * width;
    const std::int64_t none = 0, before = std::max(none, -rows) + std::max(none, -images);
    const std::int64_t span = before + steps + std::max(none, rows) + std::max(none, images) +
                              (kernel - 1) * (width + 1) + 1;
    return {static_cast<std::uint32_t>(before), static_cast<std::uint32_t>(span)};
}

/// One pass over images of `from` channels into images of `to`.
template <class T, class Weights> struct Pass {
    CudaDevice& cuda;
    const ConvolutionShape& shape;
    const LaneState* states;
    const Patches<T, Along::depth>& patches;
    const Weights& weights;
    std::uint32_t plane;
    std::size_t rows, columns;
    Strides strides;
    Result<T> result;

    Pass(CudaDevice& device, const ConvolutionShape& s, const LaneState* lanes,
         const Patches<T, Along::depth>& from, const Weights& w, std::size_t weights_stride, T* out,
         std::size_t to)
        : cuda(device), shape(s), states(lanes), patches(from), weights(w),
          plane(from.out_plane.divisor()), rows(s.batch * plane),
          columns(to), strides{s.batch * from.height * from.width *
                                   std::size_t{from.channels.divisor()},
                               weights_stride, rows * columns},
          result{out, 0, static_cast<std::uint32_t>(columns),
                 aligned(out, strides.results, columns, 4), device.tensor_floats} {
        inside_lane(strides.results);
    }

    template <class Way, class Wanted> void by_patches() const {
        using Tile = std::conditional_t <
                     Way::smaller_tiles&& Wanted::rows*
                         Wanted::columns<8192, cuda::Tile<64, 32>, Wanted>; // few are ever made
        using Math = typename Way::template Math<Tile, Patches<T, Along::depth>, Weights>;
        const Tiling<Tile> tiling(rows, columns);
        launch(images_kernel<Math, Weights, T>, lane_grid(tiling.total, shape.lanes), Math::threads,
               Math::shared_bytes, cuda.stream(), states, plane, tiling.across, patches, weights,
               result, strides);
    }
    static constexpr bool flipped = std::is_same_v<Weights, FlippedWeights>;
    /// Whether the pixels that the largest tile reaches leave room for two blocks a multiprocessor:
    /// sums are the same in every tile only if all are made alike.
    template <class Factor, unsigned steps> [[nodiscard]] bool has_fields() const {
        constexpr std::size_t most = 112 * 1024;
        using Largest = cuda::Tile<128, 64>;
        return patches.vector && weights.vector &&
               FieldMath<Factor, Largest, steps, T, flipped>::shared_bytes(
                   reach_of(patches, Largest::rows), patches.channels.divisor()) <= most;
    }
    template <class Factor, class Tile, unsigned steps> void by_fields() const {
        using Math = FieldMath<Factor, Tile, steps, T, flipped>;
        const Reach reach = reach_of(patches, Tile::rows);
        const std::size_t channels = patches.channels.divisor();
        const TapWeights<flipped> taps{weights.data, static_cast<std::uint32_t>(columns),
                                       patches.kernel.divisor() * patches.kernel.divisor(),
                                       static_cast<std::uint32_t>(channels)};
        const Tiling<Tile> tiling(rows, columns);
        launch(fields_kernel<Math, flipped, T>, lane_grid(tiling.total, shape.lanes), Math::threads,
               Math::shared_bytes(reach, channels), cuda.stream(), states, plane, tiling.across,
               patches, taps, result, strides, reach);
    }
    template <class Way, class Tile> void run() const {
        if constexpr (Way::smaller_tiles) {
            using Factor = typename Way::Factor;
            constexpr std::size_t chunk = 4 * Factor::step;
            const bool whole = (patches.channels.divisor() - 1) % chunk >= chunk / 2;
            if (whole && has_fields<Factor, 4>()) {
                return by_fields<Factor, Tile, 4>();
            }
            if (!whole && has_fields<Factor, 2>()) {
                return by_fields<Factor, Tile, 2>();
            }
        }
        by_patches<Way, Tile>();
    }
    void run() const {
        with_way<T>(cuda, [&]<class Way>() {
            with_tall_tile<Way>(cuda, rows, columns, shape.lanes,
                                [&]<class Tile>() { run<Way, Tile>(); });
        });
    }
};

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
    Pass(cuda, s, states, patches, weights, w.stride, y, s.out).run();
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
    Pass(cuda, s, states, patches, weights, w.stride, dx, s.in).run();
}

/// A chunk is a multiple of so many pixels: what is past its end in a slice would be the next
/// one's.
constexpr std::size_t whole_slices = 64;

/// Pixels a block sums: enough blocks a lane to fill a GPU with few lanes, no more. A function of
/// the shape alone, so that the order of a sum does not depend on the lanes.
std::size_t chunk_of(const ConvolutionShape& shape, std::size_t tiles) {
    constexpr std::size_t blocks_per_lane = 48, least = 256;
    const std::size_t pixels = shape.batch * shape.out_height() * shape.out_width();
    const std::size_t chunks = std::max<std::size_t>(1, blocks_per_lane / tiles);
    return divide_up(std::max(least, divide_up(pixels, chunks)), whole_slices) * whole_slices;
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
            static_assert(whole_slices % Math::depth == 0);
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
