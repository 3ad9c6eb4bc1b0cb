// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/cuda/cuda.hpp"
#include "kernels/cuda/divider.hpp"
#include "kernels/cuda/tensor_cores.hpp"
#include "kernels/formula/bf16.hpp"

// Where the factors of a matrix product come from. An operand has rows (of A: m, of B: n) and a
// depth k. Slices of its depth, [extent of rows][depth of a slice], are moved in units of
// neighbours along the direction that memory is contiguous in. A Cursor knows where the units of a
// thread are, or that they are not there, and goes on to the next slice without a division, in few
// instructions, since they are most of a product's; where units are not whole (`vector`), their
// elements are asked for one by one. Offsets inside a lane are 32 bits wide: the caller checks.
namespace fedmrn::kernels::cuda {

/// Where a unit is, a place that is not to be read unless it is there.
template <class T> struct Unit {
    const T* at;
    bool there;
};

/// What is next to each other in memory: elements of one row, or elements of one depth.
enum class Along { depth, rows };

/// Which units of a slice belong to a thread: whole lines of units to neighbouring threads, the
/// thread's own next ones `lines` lines further.
template <Along along, unsigned extent_, unsigned depth_, unsigned threads, unsigned unit_>
struct Share {
    static constexpr bool deep = along == Along::depth;
    static constexpr unsigned extent = extent_, depth = depth_, unit = unit_;
    static constexpr unsigned line = (deep ? depth : extent) / unit, lines = threads / line;
    static constexpr unsigned count = extent * depth / unit;
    static constexpr unsigned units = (count + threads - 1) / threads;
    static_assert(threads % line == 0);

    static __device__ bool mine(unsigned q) {
        return count % threads == 0 || threadIdx.x + q * threads < count;
    }
    static __device__ unsigned row(unsigned q) {
        return deep ? threadIdx.x / line + q * lines : threadIdx.x % line * unit;
    }
    static __device__ unsigned k(unsigned q) {
        return deep ? threadIdx.x % line * unit : threadIdx.x / line + q * lines;
    }
};

/// What an operand holds: images, whose float32 the tensor cores read whole where they are for them
/// (stored.cuh), or weights, which are rounded on their way.
enum class Holds { images, weights };

/// A matrix as it stands: element (row, k) is at row · stride + k, or at k · stride + row.
template <class T, Along direction, Holds holds_ = Holds::weights> struct Matrix {
    using Value = T;
    static constexpr Along along = direction;
    static constexpr Holds holds = holds_;
    const T* data;
    std::uint32_t rows, depth, stride;
    bool vector; ///< units are aligned, and there or not there as a whole

    /// Null where there is none.
    __device__ __forceinline__ const T* element(std::uint32_t row, std::uint32_t k) const {
        const bool there = row < rows && k < depth;
        return there ? data + (along == Along::depth ? row * stride + k : k * stride + row)
                     : nullptr;
    }
    template <class Share> struct Cursor {
        std::uint32_t row, k; ///< of unit 0
        std::uint32_t line;   ///< from a unit to the next
        const T* at;          ///< unit 0
        __device__ Cursor(const Matrix& of, std::uint32_t first_row, std::uint32_t begin)
            : row(first_row + Share::row(0)), k(begin + Share::k(0)),
              line(held(Share::lines * of.stride)),
              at(held(of.data + (Share::deep ? row * of.stride + k : k * of.stride + row))) {}
        __device__ __forceinline__ void advance(const Matrix& of) {
            k += Share::depth;
            at += Share::deep ? Share::depth : Share::depth * of.stride;
        }
        __device__ __forceinline__ Unit<T> unit(const Matrix& of, unsigned q) const {
            const std::uint32_t r = row + (Share::deep ? q * Share::lines : 0);
            const std::uint32_t d = k + (Share::deep ? 0 : q * Share::lines);
            return {at + q * line, r < of.rows && d < of.depth};
        }
    };
};

/// Of patches along depth: the pixels of a thread's units stay and their common tap moves.
template <class Share, class Patches> struct FieldCursor {
    int offsets[Share::units];
    std::uint32_t outside[Share::units], wanted; ///< wanted: the bits of the tap
    typename Patches::Tap tap, next_tap;
    const typename Patches::Value* at; ///< pixel 0's

    __device__ FieldCursor(const Patches& of, std::uint32_t first_row, std::uint32_t begin)
        : tap(of.tap(begin + Share::k(0))), next_tap(of.tap(Share::depth)) {
        FEDMRN_UNROLL
        for (unsigned q = 0; q < Share::units; ++q) {
            const std::uint32_t number = first_row + Share::row(q);
            const auto pixel = of.pixel(number);
            offsets[q] = pixel.offset;
            outside[q] = number < of.pixels ? of.outside(pixel) : ~0u;
        }
        aim(of);
    }
    __device__ __forceinline__ void advance(const Patches& of) {
        of.move(tap, next_tap);
        aim(of);
    }
    __device__ __forceinline__ auto unit(const Patches&, unsigned q) const {
        return Unit<typename Patches::Value>{at + offsets[q], (outside[q] & wanted) == 0};
    }
    __device__ __forceinline__ void aim(const Patches& of) {
        at = held(of.data + tap.offset);
        wanted = Patches::bit(tap.y, tap.x);
    }
};

/// Of patches along rows: the tap of a thread's units stays and their pixels move.
template <class Share, class Patches> struct PixelCursor {
    typename Patches::Pixel fields[Share::units], next; ///< where the tap meets the image
    std::uint32_t k, end;
    int width, height; ///< beyond which the next row or image begins
    const typename Patches::Value* data;

    __device__ PixelCursor(const Patches& of, std::uint32_t first_row, std::uint32_t begin)
        : next(of.distance(Share::depth)), k(begin + Share::k(0)), data(held(of.data)) {
        const std::uint32_t row = first_row + Share::row(0);
        const auto tap = of.tap(row);
        end = row < of.fields ? of.pixels : 0;
        width = Patches::number(of.out_width) - of.padding + tap.x;
        height = of.out_height - of.padding + tap.y;
        FEDMRN_UNROLL
        for (unsigned q = 0; q < Share::units; ++q) {
            const auto pixel = of.pixel(k + q * Share::lines);
            fields[q] = {pixel.y + tap.y, pixel.x + tap.x, pixel.offset + tap.offset};
        }
    }
    __device__ __forceinline__ void advance(const Patches& of) {
        k += Share::depth;
        FEDMRN_UNROLL
        for (auto& at : fields) {
            at = {at.y + next.y, at.x + next.x, at.offset + next.offset};
            if (at.x >= width) { // on to the next row
                at = {at.y + 1, at.x - Patches::number(of.out_width), at.offset + of.next_row};
            }
            if (at.y >= height) { // on to the next image
                at = {at.y - of.out_height, at.x, at.offset + of.next_image};
            }
        }
    }
    __device__ __forceinline__ auto unit(const Patches& of, unsigned q) const {
        const bool there = k + q * Share::lines < end &&
                           static_cast<unsigned>(fields[q].y) < static_cast<unsigned>(of.height) &&
                           static_cast<unsigned>(fields[q].x) < static_cast<unsigned>(of.width);
        return Unit<typename Patches::Value>{data + fields[q].offset, there};
    }
};

/// The receptive fields of a stride-1 convolution over images [n][height][width][channels], never
/// written out: element (pixel, tap · channels + c) is the image at the pixel's place, moved by the
/// tap. Along depth a row is a pixel, along rows a row is a tap and channel.
template <class T, Along direction> struct Patches {
    using Value = T;
    static constexpr Along along = direction;
    static constexpr Holds holds = Holds::images;
    static constexpr std::size_t widest = 8; ///< kernel whose fields a Cursor can follow
    const T* data;
    std::uint32_t pixels; ///< that exist: samples · out height · out width
    std::uint32_t fields; ///< taps · channels
    int height, width, padding, out_height;
    int next_row, next_image; ///< elements that are skipped at the end of a row, of an image
    Divider channels, kernel, out_width, out_plane;
    bool vector;

    struct Pixel {
        int y, x, offset; ///< its field's first corner, perhaps outside of the image
    };
    struct Tap {
        int y, x, channel, offset;
    };
    static __device__ __forceinline__ int number(const Divider& d) {
        return static_cast<int>(d.divisor());
    }
    __device__ __forceinline__ int offset(int y, int x) const {
        return (y * width + x) * number(channels);
    }
    /// How far it is from pixel 0 to pixel p.
    __device__ __forceinline__ Pixel distance(std::uint32_t p) const {
        const std::uint32_t n = out_plane.divide(p), in_plane = p - n * out_plane.divisor();
        const int y = static_cast<int>(out_width.divide(in_plane));
        const int x = static_cast<int>(in_plane) - y * number(out_width);
        return {y, x, offset(static_cast<int>(n) * height + y, x)};
    }
    __device__ __forceinline__ Pixel pixel(std::uint32_t p) const {
        const Pixel d = distance(p);
        return {d.y - padding, d.x - padding, d.offset - offset(padding, padding)};
    }
    /// Which pixel it is of the lane's, counted on; the corner may be none.
    __device__ __forceinline__ int index(const Pixel& p) const {
        return p.offset / number(channels);
    }
    /// Which taps of a pixel are outside of the image: a bit a row of its field and, from bit 16
    /// on, a bit a column.
    __device__ __forceinline__ std::uint32_t outside(const Pixel& p) const {
        return bits(p.y, height) | bits(p.x, width) << 16;
    }
    static __device__ __forceinline__ std::uint32_t bit(int y, int x) {
        return 1u << y | 0x10000u << x;
    }
    __device__ __forceinline__ Tap tap(std::uint32_t field) const {
        const std::uint32_t t = channels.divide(field), y = kernel.divide(t);
        const int row = static_cast<int>(y), x = static_cast<int>(t) - row * number(kernel);
        const int channel = static_cast<int>(field - t * channels.divisor());
        return {row, x, channel, offset(row, x) + channel};
    }
    __device__ __forceinline__ void move(Tap& t, const Tap& by) const {
        t = {t.y + by.y, t.x + by.x, t.channel + by.channel, t.offset + by.offset};
        if (t.channel >= number(channels)) { // on to the next tap, where it already points
            t = {t.y, t.x + 1, t.channel - number(channels), t.offset};
        }
        if (t.x >= number(kernel)) {
            t = {t.y + 1, t.x - number(kernel), t.channel, t.offset + offset(1, -number(kernel))};
        }
    }
    /// Bits of the places from `first` on that are not in 0 … size − 1; past the kernel's, all.
    __device__ __forceinline__ std::uint32_t bits(int first, int size) const {
        const int most = vector ? number(kernel) : 0;
        const int begin = first < 0 ? -first : 0;
        const int end = size - first < most ? size - first : most;
        return 0xffffu & ~(end <= begin ? 0u : (1u << end) - (1u << begin));
    }
    __device__ __forceinline__ const T* find(const Pixel& p, const Tap& t) const {
        if (static_cast<unsigned>(p.y + t.y) >= static_cast<unsigned>(height) ||
            static_cast<unsigned>(p.x + t.x) >= static_cast<unsigned>(width)) {
            return nullptr;
        }
        return data + (p.offset + t.offset);
    }

    __device__ __forceinline__ const T* element(std::uint32_t row, std::uint32_t k) const {
        const std::uint32_t number = along == Along::depth ? row : k;
        const std::uint32_t field = along == Along::depth ? k : row;
        const bool there = number < pixels && field < fields;
        return there ? find(pixel(number), tap(field)) : nullptr;
    }

    template <class Share>
    using Cursor =
        std::conditional_t<Share::deep, FieldCursor<Share, Patches>, PixelCursor<Share, Patches>>;
};

/// Weights [out][taps][in] as the way back needs them: row = in channel, k = (tap from the end,
/// out channel).
struct FlippedWeights {
    using Value = float;
    static constexpr Along along = Along::rows;
    static constexpr Holds holds = Holds::weights;
    const float* data;
    std::uint32_t in, taps;
    Divider out;
    bool vector;

    __device__ __forceinline__ std::uint32_t offset(std::uint32_t row, std::uint32_t tap,
                                                    std::uint32_t channel) const {
        return (channel * taps + (taps - 1 - tap)) * in + row;
    }
    __device__ __forceinline__ const float* element(std::uint32_t row, std::uint32_t k) const {
        const std::uint32_t tap = out.divide(k);
        const bool there = row < in && tap < taps;
        return there ? data + offset(row, tap, k - tap * out.divisor()) : nullptr;
    }

    template <class Share> struct Cursor {
        std::uint32_t offsets[Share::units], channels[Share::units];
        std::uint32_t k, end;
        const float* data;
        std::uint32_t step, channel_step, back; ///< back: from a tap's last channel to the next tap
        __device__ Cursor(const FlippedWeights& of, std::uint32_t first_row, std::uint32_t begin)
            : k(begin + Share::k(0)), data(held(of.data)) {
            const std::uint32_t row = first_row + Share::row(0), out = of.out.divisor();
            const std::uint32_t taps_step = of.out.divide(Share::depth);
            end = row < of.in ? of.taps * out : 0;
            channel_step = Share::depth - taps_step * out;
            step = (channel_step * of.taps - taps_step) * of.in;
            back = (out * of.taps + 1) * of.in;
            FEDMRN_UNROLL
            for (unsigned q = 0; q < Share::units; ++q) {
                const std::uint32_t at = k + q * Share::lines, tap = of.out.divide(at);
                channels[q] = at - tap * out;
                offsets[q] = of.offset(row, tap, channels[q]);
            }
        }
        __device__ __forceinline__ void advance(const FlippedWeights& of) {
            k += Share::depth;
            FEDMRN_UNROLL
            for (unsigned q = 0; q < Share::units; ++q) {
                offsets[q] += step;
                channels[q] += channel_step;
                if (channels[q] >= of.out.divisor()) {
                    channels[q] -= of.out.divisor();
                    offsets[q] -= back;
                }
            }
        }
        __device__ __forceinline__ Unit<float> unit(const FlippedWeights&, unsigned q) const {
            return {data + static_cast<std::int32_t>(offsets[q]), k + q * Share::lines < end};
        }
    };
};

} // namespace fedmrn::kernels::cuda
