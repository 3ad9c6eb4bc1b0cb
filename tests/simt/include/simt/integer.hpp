// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

// Integer and bit intrinsics.

inline int __popc(unsigned v) { return std::popcount(v); }
inline int __popcll(unsigned long long v) { return std::popcount(v); }
inline int __clz(int v) { return std::countl_zero(static_cast<unsigned>(v)); }
inline int __clzll(long long v) { return std::countl_zero(static_cast<unsigned long long>(v)); }
inline int __ffs(int v) { return v ? std::countr_zero(static_cast<unsigned>(v)) + 1 : 0; }
inline int __ffsll(long long v) {
    return v ? std::countr_zero(static_cast<unsigned long long>(v)) + 1 : 0;
}
inline unsigned __brev(unsigned v) {
    unsigned reversed = 0;
    for (int i = 0; i < 32; ++i) reversed |= (v >> i & 1U) << (31 - i);
    return reversed;
}

inline unsigned __umulhi(unsigned a, unsigned b) {
    return static_cast<unsigned>(static_cast<std::uint64_t>(a) * b >> 32);
}
inline int __mulhi(int a, int b) {
    return static_cast<int>(static_cast<std::int64_t>(a) * b >> 32);
}
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<unsigned long long>(static_cast<Wide>(a) * b >> 64);
}
inline unsigned __umul24(unsigned a, unsigned b) { return (a & 0xffffffU) * (b & 0xffffffU); }

inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned by) {
    const auto both = static_cast<std::uint64_t>(high) << 32 | low;
    return static_cast<unsigned>(both << (by & 31U) >> 32);
}
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned by) {
    const auto both = static_cast<std::uint64_t>(high) << 32 | low;
    return static_cast<unsigned>(both >> (by & 31U));
}
/// Byte i of the answer is byte s[4i+2..4i] of b:a, or its sign eight times where s[4i+3] is set.
inline unsigned __byte_perm(unsigned a, unsigned b, unsigned s) {
    const auto both = static_cast<std::uint64_t>(b) << 32 | a;
    unsigned out = 0;
    for (unsigned i = 0; i < 4; ++i) {
        const unsigned choice = s >> (4 * i);
        unsigned byte = static_cast<unsigned>(both >> (8 * (choice & 7U))) & 255U;
        if (choice & 8U) byte = byte & 128U ? 255U : 0U;
        out |= byte << (8 * i);
    }
    return out;
}
/// c + Σ of the four products of signed bytes.
inline int __dp4a(int a, int b, int c) {
    for (int i = 0; i < 32; i += 8) {
        c += static_cast<std::int8_t>(a >> i) * static_cast<std::int8_t>(b >> i);
    }
    return c;
}

// Loads and stores with a cache hint: the hint changes time only.
template <class T> T __ldg(const T* p) { return *p; }
template <class T> T __ldca(const T* p) { return *p; }
template <class T> T __ldcg(const T* p) { return *p; }
template <class T> T __ldcs(const T* p) { return *p; }
template <class T> T __ldlu(const T* p) { return *p; }
template <class T> void __stcg(T* p, std::type_identity_t<T> v) { *p = v; }
template <class T> void __stcs(T* p, std::type_identity_t<T> v) { *p = v; }
template <class T> void __stwt(T* p, std::type_identity_t<T> v) { *p = v; }
