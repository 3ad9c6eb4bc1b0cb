// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/cuda.hpp"
#include "kernels/cuda/divider.hpp"
#include "kernels/formula/bf16.hpp"

// Where the factors of a matrix product come from. An operand has rows (of A: m, of B: n) and a
// depth k. Slices of its depth, [extent of rows][depth of a slice], are moved in units of
// neighbours along the direction that memory is contiguous in. A Cursor knows where the units of a
// thread are, or that they are not there (null), and goes on to the next slice without a division;
// where units are not whole (`vector`), their elements are asked for one by one. Offsets inside a
// lane are 32 bits wide: the caller checks.
namespace fedmrn::kernels::cuda {

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

/// A matrix as it stands: element (row, k) is at row · stride + k, or at k · stride + row.
template <class T, Along direction> struct Matrix {
    using Value = T;
    static constexpr Along along = direction;
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
        __device__ Cursor(const Matrix&, std::uint32_t first_row, std::uint32_t begin)
            : row(first_row + Share::row(0)), k(begin + Share::k(0)) {}
        __device__ __forceinline__ void advance(const Matrix&) { k += Share::depth; }
        __device__ __forceinline__ const T* unit(const Matrix& of, unsigned q) const {
            return of.element(row + (Share::deep ? q * Share::lines : 0),
                              k + (Share::deep ? 0 : q * Share::lines));
        }
    };
};

/// The receptive fields of a stride-1 convolution over images [n][height][width][channels], never
/// written out: element (pixel, tap · channels + c) is the image at the pixel's place, moved by the
/// tap. Along depth a row is a pixel, along rows a row is a tap and channel.
template <class T, Along direction> struct Patches {
    using Value = T;
    static constexpr Along along = direction;
    const T* data;
    std::uint32_t pixels; ///< that exist: samples · out height · out width
    std::uint32_t fields; ///< taps · channels
    int height, width, padding, out_height;
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
    __device__ __forceinline__ Tap tap(std::uint32_t field) const {
        const std::uint32_t t = channels.divide(field), y = kernel.divide(t);
        const int row = static_cast<int>(y), x = static_cast<int>(t) - row * number(kernel);
        const int channel = static_cast<int>(field - t * channels.divisor());
        return {row, x, channel, offset(row, x) + channel};
    }
    __device__ __forceinline__ void move(Pixel& p, const Pixel& by) const {
        p = {p.y + by.y, p.x + by.x, p.offset + by.offset};
        if (p.x >= number(out_width) - padding) { // on to the next row
            p = {p.y + 1, p.x - number(out_width), p.offset + offset(1, -number(out_width))};
        }
        if (p.y >= out_height - padding) { // on to the next image
            p = {p.y - out_height, p.x, p.offset + offset(height - out_height, 0)};
        }
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

    /// Along depth the pixels of the thread's units stay and their tap moves; along rows the tap
    /// stays and the pixels move.
    template <class Share> struct Cursor {
        static constexpr bool deep = Share::deep;
        Pixel pixels[Share::units], next_pixel;
        Tap tap, next_tap;
        std::uint32_t row, k; ///< of unit 0

        __device__ Cursor(const Patches& of, std::uint32_t first_row, std::uint32_t begin)
            : next_pixel(of.distance(Share::depth)), next_tap(of.tap(Share::depth)),
              row(first_row + Share::row(0)), k(begin + Share::k(0)) {
            tap = of.tap(deep ? k : row);
            FEDMRN_UNROLL
            for (unsigned q = 0; q < Share::units; ++q) {
                pixels[q] = of.pixel(number(q));
            }
        }
        /// Of unit q the pixel's number.
        __device__ __forceinline__ std::uint32_t number(unsigned q) const {
            return (deep ? row : k) + q * Share::lines;
        }
        __device__ __forceinline__ void advance(const Patches& of) {
            k += Share::depth;
            if constexpr (deep) {
                of.move(tap, next_tap);
            } else {
                FEDMRN_UNROLL
                for (unsigned q = 0; q < Share::units; ++q) {
                    of.move(pixels[q], next_pixel);
                }
            }
        }
        __device__ __forceinline__ const T* unit(const Patches& of, unsigned q) const {
            const bool there = number(q) < of.pixels && (deep ? k : row) < of.fields;
            return there ? of.find(pixels[q], tap) : nullptr;
        }
    };
};

/// Weights [out][taps][in] as the way back needs them: row = in channel, k = (tap from the end,
/// out channel).
struct FlippedWeights {
    using Value = float;
    static constexpr Along along = Along::rows;
    const float* data;
    std::uint32_t in, taps;
    Divider out;
    bool vector;

    struct Place {
        std::uint32_t tap, channel;
    };
    __device__ __forceinline__ Place place(std::uint32_t k) const {
        const std::uint32_t tap = out.divide(k);
        return {tap, k - tap * out.divisor()};
    }
    __device__ __forceinline__ const float* find(std::uint32_t row, const Place& p) const {
        const bool there = row < in && p.tap < taps;
        return there ? data + ((p.channel * taps + (taps - 1 - p.tap)) * in + row) : nullptr;
    }
    __device__ __forceinline__ const float* element(std::uint32_t row, std::uint32_t k) const {
        return find(row, place(k));
    }

    template <class Share> struct Cursor {
        Place place[Share::units], step;
        std::uint32_t row;
        __device__ Cursor(const FlippedWeights& of, std::uint32_t first_row, std::uint32_t begin)
            : step(of.place(Share::depth)), row(first_row + Share::row(0)) {
            FEDMRN_UNROLL
            for (unsigned q = 0; q < Share::units; ++q) {
                place[q] = of.place(begin + Share::k(q));
            }
        }
        __device__ __forceinline__ void advance(const FlippedWeights& of) {
            FEDMRN_UNROLL
            for (unsigned q = 0; q < Share::units; ++q) {
                place[q].tap += step.tap;
                place[q].channel += step.channel;
                if (place[q].channel >= of.out.divisor()) {
                    place[q].channel -= of.out.divisor();
                    ++place[q].tap;
                }
            }
        }
        __device__ __forceinline__ const float* unit(const FlippedWeights& of, unsigned q) const {
            return of.find(row, place[q]);
        }
    };
};

} // namespace fedmrn::kernels::cuda
