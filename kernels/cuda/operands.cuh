// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/divider.hpp"
#include "kernels/formula/bf16.hpp"

// Where the factors of a matrix product come from. An operand has rows (of A: m, of B: n) and a
// depth k; four elements along the direction that memory is contiguous in make a quad, which is
// what a thread fetches at a time. Offsets inside a lane are 32 bits wide: the caller checks.
namespace fedmrn::kernels::cuda {

/// What is next to each other in memory: elements of one row, or elements of one depth.
enum class Along { depth, rows };

struct Quad {
    float v[4];
};

template <class T> struct alignas(4 * sizeof(T)) Four { T v[4]; };

/// Four elements at once (aligned), or those that are there one by one.
template <class T> __device__ __forceinline__ Quad load_four(const T* at) {
    const auto four = *reinterpret_cast<const Four<T>*>(at);
    using formula::to_float;
    return {{to_float(four.v[0]), to_float(four.v[1]), to_float(four.v[2]), to_float(four.v[3])}};
}
template <class T>
__device__ __forceinline__ Quad load_some(const T* at, std::uint32_t first, std::uint32_t end) {
    Quad quad{};
    for (std::uint32_t i = 0; i < 4; ++i) {
        quad.v[i] = first + i < end ? formula::to_float(at[i]) : 0.0f;
    }
    return quad;
}

/// A matrix as it stands: element (row, k) is at row · stride + k, or at k · stride + row.
template <class T, Along direction> struct Matrix {
    static constexpr Along along = direction;
    const T* data;
    std::uint32_t rows, depth, stride;
    bool vector; ///< quads are aligned

    template <unsigned quads> struct Cursor {};
    template <unsigned quads>
    __device__ void place(Cursor<quads>&, unsigned, std::uint32_t) const {}
    template <unsigned quads>
    __device__ __forceinline__ Quad fetch(const Cursor<quads>&, unsigned, std::uint32_t row,
                                          std::uint32_t k) const {
        constexpr bool deep = along == Along::depth;
        if (row >= rows || k >= depth) {
            return {};
        }
        const T* at = data + (deep ? row * stride + k : k * stride + row);
        const std::uint32_t first = deep ? k : row, end = deep ? depth : rows;
        return vector && first + 4 <= end ? load_four(at) : load_some(at, first, end);
    }
};

/// The receptive fields of a stride-1 convolution over images [n][height][width][channels], never
/// written out: element (pixel, tap · channels + c) is the image at the pixel's place, moved by the
/// tap. Along depth a row is a pixel, along rows a row is a tap and channel.
template <class T, Along direction> struct Patches {
    static constexpr Along along = direction;
    const T* image;
    std::uint32_t pixels; ///< that exist: samples · out height · out width
    std::uint32_t fields; ///< taps · channels
    int height, width, padding;
    Divider channels, kernel, out_width, out_plane;
    bool vector;

    struct Pixel {
        int origin, y, x; ///< offset and place of its field's first corner, perhaps outside
    };
    struct Tap {
        int y, x, channel;
    };
    __device__ __forceinline__ Pixel pixel(std::uint32_t p) const {
        if (p >= pixels) {
            return {0, -(1 << 20), 0};
        }
        const std::uint32_t n = out_plane.divide(p), in_plane = p - n * out_plane.divisor();
        const std::uint32_t h = out_width.divide(in_plane);
        const int y = static_cast<int>(h) - padding;
        const int x = static_cast<int>(in_plane - h * out_width.divisor()) - padding;
        const int first = static_cast<int>(n) * height;
        return {((first + y) * width + x) * static_cast<int>(channels.divisor()), y, x};
    }
    __device__ __forceinline__ Tap tap(std::uint32_t field) const {
        const std::uint32_t t = channels.divide(field), y = kernel.divide(t);
        return {static_cast<int>(y), static_cast<int>(t - y * kernel.divisor()),
                static_cast<int>(field - t * channels.divisor())};
    }
    __device__ __forceinline__ const T* find(const Pixel& p, const Tap& t) const {
        const auto y = static_cast<unsigned>(p.y + t.y), x = static_cast<unsigned>(p.x + t.x);
        if (y >= static_cast<unsigned>(height) || x >= static_cast<unsigned>(width)) {
            return nullptr;
        }
        return image +
               (p.origin + (t.y * width + t.x) * static_cast<int>(channels.divisor()) + t.channel);
    }

    /// Along depth: the pixels of a thread's rows, which stay while k moves on.
    template <unsigned quads> struct Cursor { Pixel pixels[along == Along::depth ? quads : 1]; };
    template <unsigned quads>
    __device__ void place(Cursor<quads>& cursor, unsigned quad, std::uint32_t row) const {
        if constexpr (along == Along::depth) {
            cursor.pixels[quad] = pixel(row);
        }
    }
    template <unsigned quads>
    __device__ __forceinline__ Quad fetch(const Cursor<quads>& cursor, unsigned quad,
                                          std::uint32_t row, std::uint32_t k) const {
        constexpr bool deep = along == Along::depth;
        const Pixel p = deep ? cursor.pixels[deep ? quad : 0] : pixel(k);
        const std::uint32_t field = deep ? k : row;
        if (vector) {
            const T* at = field < fields ? find(p, tap(field)) : nullptr;
            return at ? load_four(at) : Quad{};
        }
        Quad result{};
        for (std::uint32_t i = 0; i < 4; ++i) {
            const T* at = field + i < fields ? find(p, tap(field + i)) : nullptr;
            result.v[i] = at ? formula::to_float(*at) : 0.0f;
        }
        return result;
    }
};

/// Weights [out][taps][in] as the way back needs them: row = in channel, k = (tap from the end,
/// out channel).
struct FlippedWeights {
    static constexpr Along along = Along::rows;
    const float* data;
    std::uint32_t in, taps;
    Divider out;
    bool vector;

    template <unsigned quads> struct Cursor {};
    template <unsigned quads>
    __device__ void place(Cursor<quads>&, unsigned, std::uint32_t) const {}
    template <unsigned quads>
    __device__ __forceinline__ Quad fetch(const Cursor<quads>&, unsigned, std::uint32_t row,
                                          std::uint32_t k) const {
        const std::uint32_t tap = out.divide(k), channel = k - tap * out.divisor();
        if (row >= in || tap >= taps) {
            return {};
        }
        const float* at = data + ((channel * taps + (taps - 1 - tap)) * in + row);
        return vector ? load_four(at) : load_some(at, row, in);
    }
};

} // namespace fedmrn::kernels::cuda
