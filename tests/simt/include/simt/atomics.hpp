// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

// Atomics, relaxed as on the device: they order nothing else, which the thread sanitizer knows.

namespace simt::detail {

template <std::size_t size>
using Word = std::conditional_t<size == 2, std::uint16_t,
                                std::conditional_t<size == 4, std::uint32_t, std::uint64_t>>;

template <class T, class Change> T atomic_change(T* p, Change change) {
    using Bits = Word<sizeof(T)>;
    auto* word = reinterpret_cast<Bits*>(p);
    Bits old = __atomic_load_n(word, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(
        word, &old, std::bit_cast<Bits>(static_cast<T>(change(std::bit_cast<T>(old)))), false,
        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return std::bit_cast<T>(old);
}
template <class T> using Same = std::type_identity_t<T>;

} // namespace simt::detail

template <class T> T atomicAdd(T* p, simt::detail::Same<T> v) {
    return simt::detail::atomic_change(p, [v](T old) { return old + v; });
}
template <class T> T atomicSub(T* p, simt::detail::Same<T> v) {
    return simt::detail::atomic_change(p, [v](T old) { return old - v; });
}
template <class T> T atomicAnd(T* p, simt::detail::Same<T> v) {
    return simt::detail::atomic_change(p, [v](T old) { return old & v; });
}
template <class T> T atomicOr(T* p, simt::detail::Same<T> v) {
    return simt::detail::atomic_change(p, [v](T old) { return old | v; });
}
template <class T> T atomicXor(T* p, simt::detail::Same<T> v) {
    return simt::detail::atomic_change(p, [v](T old) { return old ^ v; });
}
template <class T> T atomicMin(T* p, simt::detail::Same<T> v) {
    return simt::detail::atomic_change(p, [v](T old) { return v < old ? v : old; });
}
template <class T> T atomicMax(T* p, simt::detail::Same<T> v) {
    return simt::detail::atomic_change(p, [v](T old) { return old < v ? v : old; });
}
template <class T> T atomicExch(T* p, simt::detail::Same<T> v) {
    return simt::detail::atomic_change(p, [v](T) { return v; });
}
template <class T> T atomicCAS(T* p, simt::detail::Same<T> expected, simt::detail::Same<T> v) {
    return simt::detail::atomic_change(p, [=](T old) { return old == expected ? v : old; });
}
inline unsigned atomicInc(unsigned* p, unsigned last) {
    return simt::detail::atomic_change(
        p, [last](unsigned old) { return old >= last ? 0U : old + 1U; });
}
inline unsigned atomicDec(unsigned* p, unsigned last) {
    return simt::detail::atomic_change(
        p, [last](unsigned old) { return old == 0 || old > last ? last : old - 1U; });
}
