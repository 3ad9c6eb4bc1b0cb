// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/few_channels.hpp"

#include <algorithm>

#include "kernels/cuda/choose_math.cuh"
#include "kernels/cuda/chunks.cuh"
#include "kernels/cuda/divider.hpp"
#include "kernels/cuda/group.cuh"

namespace fedmrn::kernels::cuda {
namespace {

using formula::Bf16;

/// A block takes a strip of an image and 32 channels of the results. A team of threads takes a run
/// of neighbouring results of a row, from pixels that it reads as two quads; a thread of it has
/// `group` neighbouring channels, as many as leave its sums or weights room in registers.
constexpr unsigned block_threads = 128, block_channels = 32;
constexpr int run_length = 4;
template <int kernel, int in> struct Team {
    static constexpr int fields = kernel * kernel * in;
    static constexpr unsigned group = fields <= 9 ? 4 : fields <= 27 ? 2 : 1;
    static constexpr unsigned threads = block_channels / group;
    static constexpr unsigned teams = block_threads / threads;
    static constexpr unsigned blocks = fields <= 9 ? 5 : fields <= 27 ? 4 : 3; ///< at once
};

struct Strips {
    int height, width, padding, out_height, out_width, out;
    int rows, runs;                        ///< of a strip, of a row
    int rows_on, runs_on;                  ///< from a team's turn to its next
    Divider by_runs, by_across, by_strips; ///< by runs, stride · channels, strips
    int lines, stride; ///< in shared memory: a strip's rows and those around, a row's pixels
    std::size_t x_lane, y_lane;
    bool tensor_floats; ///< as stored() has it

    Strips(const CudaDevice& cuda, const ConvolutionShape& s, unsigned teams)
        : height(static_cast<int>(s.height)), width(static_cast<int>(s.width)),
          padding(static_cast<int>(s.padding)), out_height(static_cast<int>(s.out_height())),
          out_width(static_cast<int>(s.out_width())), out(static_cast<int>(s.out)),
          runs(static_cast<int>(divide_up(s.out_width(), run_length))),
          rows_on(static_cast<int>(teams) / runs), runs_on(static_cast<int>(teams) % runs),
          stride((runs + 1) * run_length), x_lane(inside_lane(s.batch * s.height * s.width * s.in)),
          y_lane(inside_lane(s.batch * s.out_height() * s.out_width() * s.out)),
          tensor_floats(cuda.tensor_floats) {
        // As many rows as 16 KiB hold with those around them, or few.
        constexpr std::size_t pixels = 4096, least = 4;
        const std::size_t held = pixels / (s.in * static_cast<std::size_t>(stride));
        const std::size_t most = std::max(least, held - std::min(held, s.kernel - 1));
        by_strips = Divider(static_cast<std::uint32_t>(divide_up(s.out_height(), most)));
        rows = static_cast<int>(divide_up(s.out_height(), strips()));
        by_runs = Divider(static_cast<std::uint32_t>(runs));
        by_across = Divider(static_cast<std::uint32_t>(stride * static_cast<int>(s.in)));
        lines = rows + static_cast<int>(s.kernel) - 1;
    }
    /// Of an image.
    [[nodiscard]] __host__ __device__ std::uint32_t strips() const { return by_strips.divisor(); }
    /// Rows of strip number i of an image.
    [[nodiscard]] __device__ __forceinline__ int rows_of(std::uint32_t i) const {
        const int left = out_height - static_cast<int>(i) * rows;
        return left < rows ? left : rows;
    }
};

/// Of the runs of a strip that a team takes, one: first that of its number, then every teams-th.
struct Turn {
    int row, run; ///< of the strip, of the row

    __device__ __forceinline__ Turn(const Strips& s, unsigned team)
        : row(s.by_runs.divide(team)), run(s.by_runs.remainder(team)) {}
    __device__ __forceinline__ void advance(const Strips& s) {
        row += s.rows_on;
        run += s.runs_on;
        if (run >= s.runs) {
            run -= s.runs;
            ++row;
        }
    }
};

/// Rows of an image as float32 in shared memory, a channel's after the other's, with what the
/// strip's results read beyond the image's edges as zeros.
template <int kernel, int in> struct Field {
    static_assert(kernel - 1 + run_length <= 2 * run_length, "a run's pixels are two quads");
    static __host__ __device__ int floats(const Strips& s) { return in * s.lines * s.stride; }
    float* pixels;
    template <class T>
    __device__ __forceinline__ void load(const Strips& s, const T* __restrict__ image,
                                         std::uint32_t strip) const {
        constexpr unsigned at_once = 8; // read before any is written, to wait for memory once
        const int first = static_cast<int>(strip) * s.rows - s.padding;
        const unsigned across = s.by_across.divisor(), all = s.lines * across;
        for (unsigned e = threadIdx.x; e < all; e += at_once * block_threads) {
            float read[at_once];
            FEDMRN_UNROLL
            for (unsigned i = 0; i < at_once; ++i) {
                const unsigned own = e + i * block_threads, line = s.by_across.divide(own);
                const unsigned within = own - line * across;
                const unsigned y = line + first, x = within / in - s.padding; // huge if negative
                const bool there = own < all && y < static_cast<unsigned>(s.height) &&
                                   x < static_cast<unsigned>(s.width);
                read[i] =
                    there ? formula::to_float(image[(y * s.width + x) * in + within % in]) : 0.0f;
            }
            FEDMRN_UNROLL
            for (unsigned i = 0; i < at_once; ++i) {
                const unsigned own = e + i * block_threads, line = s.by_across.divide(own);
                const unsigned within = own - line * across;
                if (own < all) {
                    pixels[(within % in * s.lines + line) * s.stride + within / in] = read[i];
                }
            }
        }
    }
    /// Calls body(tap · in + channel, pixels), pixels[i] being what result x + i of row y meets.
    template <class Body>
    __device__ __forceinline__ void visit(const Strips& s, int y, int x, const Body& body) const {
        FEDMRN_UNROLL
        for (int ky = 0; ky < kernel; ++ky) {
            FEDMRN_UNROLL
            for (int channel = 0; channel < in; ++channel) {
                const float* at = pixels + (channel * s.lines + y + ky) * s.stride + x;
                const Group<float, run_length> quads[2] = {get<run_length>(at),
                                                           get<run_length>(at + run_length)};
                float pixel[2 * run_length];
                FEDMRN_UNROLL
                for (int i = 0; i < 2 * run_length; ++i) {
                    pixel[i] = quads[i / run_length].v[i % run_length];
                }
                FEDMRN_UNROLL
                for (int kx = 0; kx < kernel; ++kx) {
                    body((ky * kernel + kx) * in + channel, pixel + kx);
                }
            }
        }
    }
};

/// Copies a group of channels' results, of which the first `left` exist. whole: all or none, and
/// they can be moved at once.
template <unsigned group, bool whole, class T>
__device__ __forceinline__ void copy_results(T* to, const T* from, int left) {
    if constexpr (whole) {
        if (left > 0) {
            set(to, get<group>(from));
        }
    } else {
        FEDMRN_UNROLL
        for (unsigned j = 0; j < group; ++j) {
            if (static_cast<int>(j) < left) {
                to[j] = from[j];
            }
        }
    }
}

/// Sums as images hold them.
template <class T, unsigned group>
__device__ __forceinline__ Group<T, group> results_of(const float (&sums)[group],
                                                      bool tensor_floats) {
    if constexpr (std::is_same_v<T, Bf16> && group % 2 == 0) {
        Group<std::uint32_t, group / 2> pairs;
        FEDMRN_UNROLL
        for (unsigned j = 0; j < group / 2; ++j) {
            pairs.v[j] = rounded_bf16(sums[2 * j], sums[2 * j + 1]);
        }
        return __builtin_bit_cast(Group<T, group>, pairs);
    } else {
        Group<T, group> results;
        FEDMRN_UNROLL
        for (unsigned j = 0; j < group; ++j) {
            results.v[j] = stored<T>(sums[j], tensor_floats);
        }
        return results;
    }
}

/// y of one strip (blockIdx.x, of 32 channels) of an image (blockIdx.z).
template <class T, int kernel, int in, bool whole>
__global__ void __launch_bounds__(block_threads, Team<kernel, in>::blocks)
    forward_kernel(const LaneState* states, Strips s, const T* __restrict__ x,
                   PerLane<const float> w, T* __restrict__ y) {
    using Own = Team<kernel, in>;
    constexpr int fields = Own::fields;
    constexpr unsigned group = Own::group;
    const std::size_t lane = blockIdx.y;
    if (blockIdx.z >= states[lane].samples) {
        return;
    }
    FEDMRN_DYNAMIC_SHARED(float, shared);
    const Field<kernel, in> field{shared};
    const std::uint32_t strip = s.by_strips.remainder(blockIdx.x);
    const int channel = static_cast<int>(s.by_strips.divide(blockIdx.x) * block_channels +
                                         threadIdx.x % Own::threads * group);
    const int left = s.out - channel;
    field.load(s, x + lane * s.x_lane + std::size_t{blockIdx.z} * s.height * s.width * in, strip);
    float weights[fields][group];
    const float* from = of_lane(w, lane) + channel * fields;
    FEDMRN_UNROLL
    for (int f = 0; f < fields; ++f) {
        FEDMRN_UNROLL
        for (unsigned j = 0; j < group; ++j) {
            weights[f][j] = static_cast<int>(j) < left ? from[j * fields + f] : 0.0f;
            if constexpr (std::is_same_v<T, Bf16>) { // a float32's upper half
                weights[f][j] = __uint_as_float(rounded_bf16(0.0f, weights[f][j]));
            }
        }
    }
    __syncthreads();
    const int rows = s.rows_of(strip);
    T* const to = y + lane * s.y_lane + channel +
                  (std::size_t{blockIdx.z} * s.out_height + strip * s.rows) * s.out_width * s.out;
    for (Turn turn(s, threadIdx.x / Own::threads); turn.row < rows; turn.advance(s)) {
        const int first = turn.run * run_length;
        float sums[run_length][group] = {};
        field.visit(s, turn.row, first, [&](int f, const float* pixel) {
            FEDMRN_UNROLL
            for (int i = 0; i < run_length; ++i) {
                FEDMRN_UNROLL
                for (unsigned j = 0; j < group; ++j) {
                    sums[i][j] = fmaf(pixel[i], weights[f][j], sums[i][j]);
                }
            }
        });
        T* at = to + (turn.row * s.out_width + first) * s.out;
        FEDMRN_UNROLL
        for (int i = 0; i < run_length; ++i) {
            if (first + i < s.out_width) {
                const auto results = results_of<T>(sums[i], s.tensor_floats);
                copy_results<group, whole>(at, results.v, left);
            }
            at += s.out;
        }
    }
}

/// Partial sums [out][fields] of one chunk of the batch's strips (blockIdx.z), of 32 channels
/// (blockIdx.x): a team adds its runs in their order, then the teams' sums are added in theirs.
template <class T, int kernel, int in, bool whole>
__global__ void __launch_bounds__(block_threads, Team<kernel, in>::blocks)
    weights_kernel(const LaneState* states, Strips s, std::uint32_t chunk, const T* __restrict__ x,
                   const T* __restrict__ dy, PerLane<float> partial) {
    using Own = Team<kernel, in>;
    constexpr int fields = Own::fields;
    constexpr unsigned group = Own::group;
    const std::size_t lane = blockIdx.y;
    const std::uint32_t strips = states[lane].samples * s.strips();
    const std::uint32_t begin = blockIdx.z * chunk;
    if (begin >= strips) {
        return;
    }
    const std::uint32_t end = strips - begin < chunk ? strips : begin + chunk;
    FEDMRN_DYNAMIC_SHARED(float, shared);
    const unsigned team = threadIdx.x / Own::threads;
    const unsigned first_channel = threadIdx.x % Own::threads * group; // of the block's
    const int channel = static_cast<int>(blockIdx.x * block_channels + first_channel);
    const int left = s.out - channel;
    x += lane * s.x_lane;
    dy += lane * s.y_lane + channel;
    // The results' gradients of a turn; a strip's begin at `strip_from`.
    struct Gradients {
        Group<T, group> of[run_length];
    };
    const auto read = [&](const T* strip_from, const Turn& turn, int rows) {
        Gradients gradients;
        const int first = turn.run * run_length;
        const T* from = strip_from + (turn.row * s.out_width + first) * s.out;
        FEDMRN_UNROLL
        for (int i = 0; i < run_length; ++i) {
            const bool there = turn.row < rows && first + i < s.out_width;
            gradients.of[i] = {};
            copy_results<group, whole>(gradients.of[i].v, from, there ? left : 0);
            from += s.out;
        }
        return gradients;
    };
    float sums[fields][group] = {};
    for (std::uint32_t strip = begin; strip < end; ++strip) {
        const std::uint32_t image = s.by_strips.divide(strip);
        const std::uint32_t in_image = s.by_strips.remainder(strip);
        const int rows = s.rows_of(in_image);
        const T* from = dy + (image * s.out_height + in_image * s.rows) * s.out_width * s.out;
        Turn turn(s, team);
        Gradients next = read(from, turn, rows);
        // Of two fields in turn one may still be read by others when this one is written.
        const Field<kernel, in> field{shared + (strip - begin) % 2 * Field<kernel, in>::floats(s)};
        field.load(s, x + image * s.height * s.width * in, in_image);
        __syncthreads();
        while (turn.row < rows) {
            const Gradients now = next;
            const int row = turn.row, first = turn.run * run_length;
            turn.advance(s);
            next = read(from, turn, rows); // on its way while `now` is added
            field.visit(s, row, first, [&](int f, const float* pixel) {
                FEDMRN_UNROLL
                for (int i = 0; i < run_length; ++i) {
                    FEDMRN_UNROLL
                    for (unsigned j = 0; j < group; ++j) {
                        sums[f][j] = fmaf(formula::to_float(now.of[i].v[j]), pixel[i], sums[f][j]);
                    }
                }
            });
        }
    }
    __syncthreads(); // the last strip has been read
    FEDMRN_UNROLL
    for (int f = 0; f < fields; ++f) {
        FEDMRN_UNROLL
        for (unsigned j = 0; j < group; ++j) {
            shared[(team * fields + f) * block_channels + first_channel + j] = sums[f][j];
        }
    }
    __syncthreads();
    float* to = of_lane(partial, lane) + blockIdx.z * std::size_t{fields} * s.out;
    for (unsigned e = threadIdx.x; e < fields * block_channels; e += block_threads) {
        const int own = static_cast<int>(blockIdx.x * block_channels + e % block_channels);
        float sum = shared[e];
        FEDMRN_UNROLL
        for (unsigned t = 1; t < Own::teams; ++t) {
            sum += shared[t * fields * block_channels + e];
        }
        if (own < s.out) {
            to[own * fields + e / block_channels] = sum;
        }
    }
}

/// Calls body.operator()<kernel, in, whole>(), y being the results.
template <class T, class Body>
void with_field(const ConvolutionShape& s, const T* y, const Body& body) {
    const auto with = [&]<int kernel, int in>() {
        constexpr unsigned group = Team<kernel, in>::group;
        const bool whole =
            aligned(y, s.batch * s.out_height() * s.out_width() * s.out, s.out, group);
        whole ? body.template operator()<kernel, in, true>()
              : body.template operator()<kernel, in, group == 1>();
    };
    const bool three = s.kernel == 3;
    if (s.in == 1) {
        three ? with.template operator()<3, 1>() : with.template operator()<5, 1>();
    } else {
        three ? with.template operator()<3, 3>() : with.template operator()<5, 3>();
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
    with_field(shape, y, [&]<int kernel, int in, bool whole>() {
        const Strips strips(cuda, shape, Team<kernel, in>::teams);
        launch(forward_kernel<T, kernel, in, whole>,
               lane_grid(strips.strips() * divide_up(shape.out, block_channels), shape.lanes,
                         shape.batch),
               block_threads, Field<kernel, in>::floats(strips) * sizeof(float), cuda.stream(),
               states, strips, x, w, y);
    });
}

template <class T>
void few_channels_weights(CudaDevice& cuda, const ConvolutionShape& shape, const LaneState* states,
                          const T* x, const T* dy, PerLane<float> dw) {
    constexpr std::size_t blocks_per_lane = 64;
    with_field(shape, dy, [&]<int kernel, int in, bool whole>() {
        using Own = Team<kernel, in>;
        const Strips strips(cuda, shape, Own::teams);
        const std::size_t blocks = divide_up(shape.out, block_channels);
        const std::size_t wanted = std::max<std::size_t>(1, blocks_per_lane / blocks);
        const std::size_t chunk = divide_up(shape.batch * strips.strips(), wanted);
        const WeightChunks chunks(cuda, shape.lanes, shape.weights(), strips.strips(), shape.batch,
                                  chunk);
        const PerLane<float> partial = chunks.partial(dw);
        const std::size_t held = (chunk > 1 ? 2 : 1) * Field<kernel, in>::floats(strips);
        const std::size_t added = Own::teams * Own::fields * block_channels;
        launch(weights_kernel<T, kernel, in, whole>, lane_grid(blocks, shape.lanes, chunks.count()),
               block_threads, std::max(held, added) * sizeof(float), cuda.stream(), states, strips,
               static_cast<std::uint32_t>(chunk), x, dy, partial);
        chunks.add(states, partial, dw);
    });
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
