// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <type_traits>

#include "simt/executor.hpp"

// Warp collectives. All lanes of the mask meet before any goes on; a lane that has ended is not
// waited for; lanes that disagree on the mask or on the collective are an error.

namespace simt::detail {

template <class T> std::uint64_t to_bits(T value) {
    static_assert(sizeof(T) <= 8 && std::is_trivially_copyable_v<T>);
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    return bits;
}
template <class T> T from_bits(std::uint64_t bits) {
    T value;
    std::memcpy(static_cast<void*>(&value), &bits, sizeof value);
    return value;
}
template <class T> T shuffle(unsigned mask, T value, unsigned from, const Where& at) {
    return from_bits<T>(warp(WarpOp::shuffle, mask, to_bits(value), from, at));
}
/// First and last lane of the calling lane's segment of `width` lanes, a power of two.
inline unsigned first_lane(int width) { return lane() & ~static_cast<unsigned>(width - 1); }
inline unsigned last_lane(int width) { return lane() | static_cast<unsigned>(width - 1); }

} // namespace simt::detail

inline void __syncwarp(unsigned mask = 0xffffffffU, simt::Where at = simt::Where::here()) {
    simt::detail::warp(simt::detail::WarpOp::sync, mask, 0, 0, at);
}
inline unsigned __ballot_sync(unsigned mask, int p, simt::Where at = simt::Where::here()) {
    return static_cast<unsigned>(
        simt::detail::warp(simt::detail::WarpOp::ballot, mask, p != 0, 0, at));
}
inline int __any_sync(unsigned mask, int p, simt::Where at = simt::Where::here()) {
    return static_cast<int>(simt::detail::warp(simt::detail::WarpOp::any, mask, p != 0, 0, at));
}
inline int __all_sync(unsigned mask, int p, simt::Where at = simt::Where::here()) {
    return static_cast<int>(simt::detail::warp(simt::detail::WarpOp::all, mask, p != 0, 0, at));
}
/// The calling lane alone: convergence is never promised, so this answer is always allowed.
inline unsigned __activemask() { return 1U << simt::detail::lane(); }

template <class T>
T __shfl_sync(unsigned mask, T value, int from, int width = 32,
              simt::Where at = simt::Where::here()) {
    const unsigned within = static_cast<unsigned>(from) & static_cast<unsigned>(width - 1);
    return simt::detail::shuffle(mask, value, simt::detail::first_lane(width) | within, at);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = 32,
                 simt::Where at = simt::Where::here()) {
    const unsigned i = simt::detail::lane();
    const bool inside = i >= simt::detail::first_lane(width) + by;
    return simt::detail::shuffle(mask, value, inside ? i - by : i, at);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = 32,
                   simt::Where at = simt::Where::here()) {
    const unsigned i = simt::detail::lane();
    const bool inside = i + by <= simt::detail::last_lane(width);
    return simt::detail::shuffle(mask, value, inside ? i + by : i, at);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int with, int width = 32,
                  simt::Where at = simt::Where::here()) {
    const unsigned i = simt::detail::lane();
    const unsigned from = i ^ static_cast<unsigned>(with);
    const bool inside = from <= simt::detail::last_lane(width);
    return simt::detail::shuffle(mask, value, inside ? from : i, at);
}

template <class T>
unsigned __match_any_sync(unsigned mask, T value, simt::Where at = simt::Where::here()) {
    return static_cast<unsigned>(simt::detail::warp(simt::detail::WarpOp::match_any, mask,
                                                    simt::detail::to_bits(value), 0, at));
}
template <class T>
unsigned __match_all_sync(unsigned mask, T value, int* same, simt::Where at = simt::Where::here()) {
    const auto lanes = static_cast<unsigned>(simt::detail::warp(
        simt::detail::WarpOp::match_all, mask, simt::detail::to_bits(value), 0, at));
    *same = lanes != 0;
    return lanes;
}

#define SIMT_REDUCE(name, type, op)                                                                \
    inline type name(unsigned mask, type value, simt::Where at = simt::Where::here()) {            \
        return static_cast<type>(static_cast<unsigned>(simt::detail::warp(                         \
            simt::detail::WarpOp::op, mask, simt::detail::to_bits(value), 0, at)));                \
    }
SIMT_REDUCE(__reduce_add_sync, unsigned, add)
SIMT_REDUCE(__reduce_add_sync, int, add)
SIMT_REDUCE(__reduce_min_sync, unsigned, min_unsigned)
SIMT_REDUCE(__reduce_min_sync, int, min_signed)
SIMT_REDUCE(__reduce_max_sync, unsigned, max_unsigned)
SIMT_REDUCE(__reduce_max_sync, int, max_signed)
SIMT_REDUCE(__reduce_and_sync, unsigned, bit_and)
SIMT_REDUCE(__reduce_or_sync, unsigned, bit_or)
SIMT_REDUCE(__reduce_xor_sync, unsigned, bit_xor)
#undef SIMT_REDUCE
