// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "simt/warp.hpp"

// Tensor-core fragments (<mma.h> is empty under a host compiler). A fragment's elements lie over
// the lanes of the warp, element e of the row-major matrix in lane e % 32: which lane holds which
// is unspecified on a device too, so only element-wise work on x[] is portable. Products are exact,
// sums float32 in the order of k.
namespace nvcuda::wmma {

struct matrix_a;
struct matrix_b;
struct accumulator;
struct row_major;
struct col_major;
enum layout_t { mem_row_major, mem_col_major };
namespace precision {
struct tf32;
}

namespace simt_detail {

template <class T> struct Stored { using type = T; };
template <> struct Stored<precision::tf32> { using type = float; };
template <class Use, int m, int n, int k>
constexpr int rows = std::is_same_v<Use, matrix_b> ? k : m;
template <class Use, int m, int n, int k>
constexpr int columns = std::is_same_v<Use, matrix_a> ? k : n;

inline void converge(simt::Where at) { __syncwarp(0xffffffffU, at); }

/// The pointer and the leading dimension are the whole warp's; alignment is the hardware's.
template <class T> void check_tile(const T* p, unsigned leading, simt::Where at) {
    int same = 0;
    __match_all_sync(0xffffffffU, reinterpret_cast<std::uintptr_t>(p), &same, at);
    if (!same) throw simt::Error("wmma: lanes of one warp give different tiles at " + at.text());
    if (reinterpret_cast<std::uintptr_t>(p) % 32 != 0) {
        throw simt::Error("wmma: a tile is not 32-byte aligned at " + at.text());
    }
    if (leading * sizeof(T) % 16 != 0) {
        throw simt::Error("wmma: a leading dimension is no multiple of 16 bytes at " + at.text());
    }
}

} // namespace simt_detail

template <class Use, int m, int n, int k, class T, class Layout = void> struct fragment {
    using element_type = typename simt_detail::Stored<T>::type;
    using storage_element_type = element_type;
    static constexpr int rows = simt_detail::rows<Use, m, n, k>;
    static constexpr int columns = simt_detail::columns<Use, m, n, k>;
    static constexpr int num_elements = rows * columns / 32;
    static constexpr int num_storage_elements = num_elements;
    element_type x[num_elements];
};

/// Rounded to tf32's ten bits, ties away from zero (cvt.rna.tf32.f32).
inline float __float_to_tf32(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7f800000U) == 0x7f800000U) return value;
    return std::bit_cast<float>((bits + 0x1000U) & 0xffffe000U);
}

namespace simt_detail {

inline float value(float x) { return x; }
inline float value(__half x) { return __half2float(x); }
inline float value(__nv_bfloat16 x) { return __bfloat162float(x); }
/// What the tensor core reads: of a float as tf32 the low bits are not there.
template <class T, class X> float operand(X x) {
    if constexpr (std::is_same_v<T, precision::tf32>) {
        return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0xffffe000U);
    } else {
        return value(x);
    }
}
template <class T> T from_value(float x) {
    if constexpr (std::is_same_v<T, __half>) {
        return __float2half(x);
    } else {
        return x;
    }
}

/// Where element (row, column) of a tile lies in memory.
inline std::size_t place(int row, int column, unsigned leading, bool by_rows) {
    return by_rows ? static_cast<std::size_t>(row) * leading + static_cast<std::size_t>(column)
                   : static_cast<std::size_t>(column) * leading + static_cast<std::size_t>(row);
}

/// Calls f(slot, row, column) for the elements of this lane.
template <class Fragment, class F> void for_own(F f) {
    const int lane = static_cast<int>(simt::detail::lane());
    for (int slot = 0; slot < Fragment::num_elements; ++slot) {
        const int e = slot * 32 + lane;
        f(slot, e / Fragment::columns, e % Fragment::columns);
    }
}

/// All lanes' fragments, readable until the warp next converges.
template <class Fragment> struct WholeTile {
    WholeTile(const Fragment& mine, simt::Where at) {
        gather.value = reinterpret_cast<std::uintptr_t>(&mine);
        simt::detail::warp(simt::detail::WarpOp::gather, 0xffffffffU,
                           reinterpret_cast<std::uintptr_t>(&gather), 0, at);
    }
    auto operator()(int row, int column) const {
        const int e = row * Fragment::columns + column;
        return reinterpret_cast<const Fragment*>(gather.all[e % 32])->x[e / 32];
    }
    simt::detail::WarpGather gather;
};

} // namespace simt_detail

template <class Use, int m, int n, int k, class T, class Layout, class V>
void fill_fragment(fragment<Use, m, n, k, T, Layout>& f, const V& value) {
    for (auto& x : f.x) x = value;
}

template <class Use, int m, int n, int k, class T, class Layout, class P>
void load_matrix_sync(fragment<Use, m, n, k, T, Layout>& f, const P* p, unsigned leading,
                      simt::Where at = simt::Where::here()) {
    using Fragment = fragment<Use, m, n, k, T, Layout>;
    static_assert(!std::is_void_v<Layout>, "a layout is needed for an accumulator");
    simt_detail::check_tile(p, leading, at);
    simt_detail::for_own<Fragment>([&](int slot, int row, int column) {
        f.x[slot] = p[simt_detail::place(row, column, leading, std::is_same_v<Layout, row_major>)];
    });
    simt_detail::converge(at);
}
template <int m, int n, int k, class T>
void load_matrix_sync(fragment<accumulator, m, n, k, T>& f, const T* p, unsigned leading,
                      layout_t layout, simt::Where at = simt::Where::here()) {
    simt_detail::check_tile(p, leading, at);
    simt_detail::for_own<fragment<accumulator, m, n, k, T>>([&](int slot, int row, int column) {
        f.x[slot] = p[simt_detail::place(row, column, leading, layout == mem_row_major)];
    });
    simt_detail::converge(at);
}
template <int m, int n, int k, class T>
void store_matrix_sync(T* p, const fragment<accumulator, m, n, k, T>& f, unsigned leading,
                       layout_t layout, simt::Where at = simt::Where::here()) {
    simt_detail::check_tile(p, leading, at);
    simt_detail::for_own<fragment<accumulator, m, n, k, T>>([&](int slot, int row, int column) {
        p[simt_detail::place(row, column, leading, layout == mem_row_major)] = f.x[slot];
    });
    simt_detail::converge(at);
}

/// d = a · b + c; d may be c.
template <int m, int n, int k, class T, class LayoutA, class LayoutB, class Sum, class SumC>
void mma_sync(fragment<accumulator, m, n, k, Sum>& d,
              const fragment<matrix_a, m, n, k, T, LayoutA>& a,
              const fragment<matrix_b, m, n, k, T, LayoutB>& b,
              const fragment<accumulator, m, n, k, SumC>& c, simt::Where at = simt::Where::here()) {
    constexpr bool tf32 = std::is_same_v<T, precision::tf32>;
    static_assert(tf32 ? m == 16 && n == 16 && k == 8
                       : k == 16 && m * n == 256 && (m == 16 || m == 8 || m == 32),
                  "a shape that the tensor cores have");
    const simt_detail::WholeTile whole_a(a, at);
    const simt_detail::WholeTile whole_b(b, at);
    simt_detail::for_own<fragment<accumulator, m, n, k, Sum>>([&](int slot, int row, int column) {
        float sum = simt_detail::value(c.x[slot]);
        for (int i = 0; i < k; ++i) {
            sum += simt_detail::operand<T>(whole_a(row, i)) *
                   simt_detail::operand<T>(whole_b(i, column));
        }
        d.x[slot] = simt_detail::from_value<Sum>(sum);
    });
    simt_detail::converge(at); // the others have read this lane's part
}

} // namespace nvcuda::wmma
