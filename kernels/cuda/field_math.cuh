// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/warp_results.cuh"

// A convolution's products on the tensor cores from the pixels themselves: neighbouring results
// meet nearly the same pixels, so a block copies those that its results meet to shared memory once,
// a chunk of channels at a time, and takes the taps from there. What a tap meets outside of the
// image is read from a row of zeros. The weights of one tap come while those of the one before are
// multiplied. The depth runs over chunks, taps, channels, whatever the tile.
namespace fedmrn::kernels::cuda {

/// A convolution's weights by result's channel (column), tap and channel: [column][tap][channel],
/// or, on the way back to the images, flipped: [channel][tap from the end][column].
template <bool flipped> struct TapWeights {
    using Value = float;
    static constexpr Along along = flipped ? Along::rows : Along::depth;
    static constexpr Holds holds = Holds::weights;
    const float* data;
    std::uint32_t columns, taps, channels;

    /// From (column, tap 0, channel) as far as the arguments go.
    [[nodiscard]] __device__ __forceinline__ int distance(int column, int tap, int channel) const {
        const int across = static_cast<int>(columns), deep = static_cast<int>(channels);
        const int all = static_cast<int>(taps);
        return flipped ? (channel * all - tap) * across + column
                       : (column * all + tap) * deep + channel;
    }
    [[nodiscard]] __device__ __forceinline__ const float* begin() const {
        return data + (flipped ? (taps - 1) * columns : 0);
    }
};

/// How far the pixels of a tile's results reach: `before` the corner of the first one's field, and
/// in all.
struct Reach {
    std::uint32_t before, span;
};

template <class Factor, class Tile_, unsigned steps, class T, bool flipped>
class FieldMath : public WarpResults<Tile_> {
    using Results = WarpResults<Tile_>;
    using Images = Patches<T, Along::depth>;
    using Weights = TapWeights<flipped>;

public:
    using Results::threads;
    using typename Results::Shape;
    static constexpr unsigned depth = steps * Factor::step; ///< channels of a chunk

    /// Shared memory: zeros, two slices of weights, one or two chunks of pixels.
    static std::size_t shared_bytes(const Reach& reach, std::size_t channels) {
        return zero_bytes + 2 * sizeof(SliceB) +
               (channels > depth ? 2 : 1) * std::size_t{reach.span} * pixel_bytes;
    }

    /// in_pixels: of the lane's images.
    __device__ __forceinline__ void run(const Images& images, const Weights& weights,
                                        const Reach& reach, std::uint32_t in_pixels,
                                        std::uint32_t first_row, std::uint32_t first_column) {
        FEDMRN_DYNAMIC_SHARED(unsigned char, shared);
        auto* ring = reinterpret_cast<SliceB*>(shared + zero_bytes);
        unsigned char* pixels = shared + zero_bytes + 2 * sizeof(SliceB);
        const unsigned thread = threadIdx.x % 32;
        const int corner = images.index(images.pixel(first_row));
        const int first = corner - static_cast<int>(reach.before);
        const CopyPixels copy_pixels(images, first, in_pixels, reach.span, pixels);
        const CopyWeights copy_weights(weights, first_column, ring[0]);

        // where the thread reads A's rows: row thread % 16 of each 16, the half thread / 16
        SharedPlace places[tiles];
        std::uint32_t outside[tiles];
        FEDMRN_UNROLL
        for (unsigned i = 0; i < tiles; ++i) {
            const std::uint32_t number = first_row + this->row() + 16 * i + thread % 16;
            const auto pixel = images.pixel(number);
            outside[i] = number < images.pixels ? images.outside(pixel) : ~0u;
            places[i] = shared_place(pixels) +
                        static_cast<unsigned>(images.index(pixel) - first) * pixel_bytes +
                        thread / 16 * 16;
        }
        const SharedPlace zeros = held(shared_place(shared) + thread / 16 * 16);
        if (threadIdx.x < zero_bytes / sizeof(float)) {
            reinterpret_cast<float*>(shared)[threadIdx.x] = 0.0f;
        }

        const unsigned chunks = (weights.channels + depth - 1) / depth;
        const unsigned share = (reach.span + weights.taps - 1) / weights.taps;
        copy_pixels.copy(0, 0, reach.span);
        copy_weights.copy(0, 0, 0);
        end_copies();
        unsigned turn = 0;
        for (unsigned chunk = 0; chunk < chunks; ++chunk) {
            int y = 0, x = 0;
            for (unsigned tap = 0; tap < weights.taps; ++tap, turn ^= 1) {
                await_copies<0>();
                __syncthreads(); // all have their copies, and have read the slice before
                const bool last = tap + 1 == weights.taps, more = chunk + 1 < chunks;
                if (!last || more) {
                    copy_weights.copy(turn ^ 1, last ? 0 : tap + 1, last ? chunk + 1 : chunk);
                }
                if (more) {
                    copy_pixels.copy(chunk + 1, tap * share, (tap + 1) * share);
                }
                end_copies();
                const unsigned moved =
                    (chunk % 2 * reach.span + static_cast<unsigned>(y * images.width + x)) *
                    pixel_bytes;
                const std::uint32_t wanted = images.bit(y, x);
                SharedPlace at[tiles];
                FEDMRN_UNROLL
                for (unsigned i = 0; i < tiles; ++i) {
                    at[i] = (outside[i] & wanted) != 0 ? zeros : places[i] + moved;
                }
                FEDMRN_UNROLL
                for (unsigned step = 0; step < steps; ++step) {
                    this->template add<Factor>(ring[turn], step * Factor::step,
                                               [&](std::uint32_t(&to)[4], unsigned i) {
                                                   load_matrices<false>(to, at[i] + step * 32);
                                               });
                }
                if (++x == Images::number(images.kernel)) {
                    x = 0, ++y;
                }
            }
        }
    }

    template <class Value>
    __device__ __forceinline__ void store(const Result<Value>& result, std::uint32_t first_row,
                                          std::uint32_t first_column) const {
        this->template store_rows<false>(result, first_row, first_column);
    }

private:
    static constexpr unsigned tiles = Results::warp_rows / 16;
    static constexpr unsigned unit = 16 / sizeof(T), across = depth / unit; ///< units of a pixel
    /// A gap of 16 bytes puts what a warp reads at once in different banks.
    static constexpr unsigned pixel_bytes = depth * sizeof(T) + 16;
    static constexpr unsigned zero_bytes = 128;
    static_assert(Factor::step * sizeof(T) == 32 && depth * sizeof(T) <= zero_bytes);
    using SliceB = Slice<Factor, Weights, Shape::columns, depth>;

    /// A thread's units of the pixels `first` … `first + span - 1` of a lane, a chunk at a time;
    /// what is no pixel becomes zeros.
    class CopyPixels {
    public:
        __device__ CopyPixels(const Images& images, int first, std::uint32_t in_pixels,
                              std::uint32_t span, void* to)
            : channels_(static_cast<unsigned>(Images::number(images.channels))), first_(first),
              end_(in_pixels), span_(span), channel_(threadIdx.x % across * unit),
              from_(held(images.data)), to_(held(shared_place(to) + threadIdx.x % across * 16)) {}

        /// Pixels begin … end - 1 of the span.
        __device__ __forceinline__ void copy(unsigned chunk, unsigned begin, unsigned end) const {
            const unsigned channel = chunk * depth + channel_;
            const SharedPlace to = to_ + chunk % 2 * span_ * pixel_bytes;
            FEDMRN_ROLLED
            for (unsigned p = begin + threadIdx.x / across; p < end && p < span_;
                 p += threads / across) {
                const int pixel = first_ + static_cast<int>(p);
                const bool there = static_cast<std::uint32_t>(pixel) < end_ && channel < channels_;
                copy_async(to + p * pixel_bytes,
                           from_ + pixel * static_cast<int>(channels_) + static_cast<int>(channel),
                           there);
            }
        }

    private:
        unsigned channels_;
        int first_;
        std::uint32_t end_, span_;
        unsigned channel_;
        const T* from_;
        SharedPlace to_;
    };

    /// A thread's units of the weights of one tap and chunk.
    class CopyWeights {
        using Mine = Share<Weights::along, Shape::columns, depth, threads, 4>;

    public:
        __device__ CopyWeights(const Weights& weights, std::uint32_t first_column, SliceB& first)
            : weights_(weights), column_(first_column + Mine::row(0)),
              line_(flipped ? weights.distance(0, 0, Mine::lines)
                            : weights.distance(Mine::lines, 0, 0)),
              from_(held(weights.begin() + weights.distance(static_cast<int>(column_), 0,
                                                            static_cast<int>(Mine::k(0))))),
              to_(held(shared_place(first.at(Mine::row(0), Mine::k(0))))) {}

        __device__ __forceinline__ void copy(unsigned turn, unsigned tap, unsigned chunk) const {
            constexpr unsigned line = Mine::lines * SliceB::stride * sizeof(float);
            const SharedPlace to = to_ + turn * sizeof(SliceB);
            const float* from = from_ + weights_.distance(0, static_cast<int>(tap),
                                                          static_cast<int>(chunk * depth));
            const unsigned channel = chunk * depth + Mine::k(0);
            FEDMRN_UNROLL
            for (unsigned q = 0; q < Mine::units; ++q) {
                if (Mine::mine(q)) {
                    const bool there =
                        column_ + (flipped ? 0 : q * Mine::lines) < weights_.columns &&
                        channel + (flipped ? q * Mine::lines : 0) < weights_.channels;
                    copy_async(to + q * line, from + static_cast<int>(q) * line_, there);
                }
            }
        }

    private:
        const Weights& weights_;
        std::uint32_t column_;
        int line_; ///< from a unit to the next
        const float* from_;
        SharedPlace to_;
    };
};

} // namespace fedmrn::kernels::cuda
