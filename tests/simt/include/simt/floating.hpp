// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

// Floating point. The _rn forms are one IEEE operation each, as on the device (the build turns
// contraction off). The fast forms answer with the accurate function of the host's library, so
// compare what uses them with a tolerance.

inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
inline float __fsqrt_rn(float a) { return std::sqrt(a); }
inline float __frcp_rn(float a) { return 1.0F / a; }
inline float __frsqrt_rn(float a) { return static_cast<float>(1.0 / std::sqrt(double{a})); }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dsub_rn(double a, double b) { return a - b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline double __ddiv_rn(double a, double b) { return a / b; }
inline double __dsqrt_rn(double a) { return std::sqrt(a); }
inline double __fma_rn(double a, double b, double c) { return std::fma(a, b, c); }

inline float __fdividef(float a, float b) { return a / b; }
inline float __expf(float a) { return std::exp(a); }
inline float __exp10f(float a) { return std::pow(10.0F, a); }
inline float __logf(float a) { return std::log(a); }
inline float __log2f(float a) { return std::log2(a); }
inline float __log10f(float a) { return std::log10(a); }
inline float __sinf(float a) { return std::sin(a); }
inline float __cosf(float a) { return std::cos(a); }
inline void __sincosf(float a, float* s, float* c) { *s = std::sin(a), *c = std::cos(a); }
inline float __powf(float a, float b) { return std::pow(a, b); }
inline float __saturatef(float a) { return a > 0 ? (a < 1 ? a : 1.0F) : 0.0F; }
inline float rsqrtf(float a) { return 1.0F / std::sqrt(a); }
inline double rsqrt(double a) { return 1.0 / std::sqrt(a); }

inline float __int_as_float(int v) { return std::bit_cast<float>(v); }
inline float __uint_as_float(unsigned v) { return std::bit_cast<float>(v); }
inline int __float_as_int(float v) { return std::bit_cast<int>(v); }
inline unsigned __float_as_uint(float v) { return std::bit_cast<unsigned>(v); }
inline double __longlong_as_double(long long v) { return std::bit_cast<double>(v); }
inline long long __double_as_longlong(double v) { return std::bit_cast<long long>(v); }

namespace simt::detail {
/// The device's conversion: saturates, and makes 0 of NaN.
template <class To, class From> To to_integer(From v) {
    using Limits = std::numeric_limits<To>;
    const From end = std::ldexp(From{1}, Limits::digits); // one past the largest, exact
    if (std::isnan(v)) return 0;
    if (v >= end) return Limits::max();
    if (v < static_cast<From>(Limits::min())) return Limits::min();
    return static_cast<To>(v);
}
} // namespace simt::detail

inline int __float2int_rn(float v) { return simt::detail::to_integer<int>(std::nearbyint(v)); }
inline int __float2int_rz(float v) { return simt::detail::to_integer<int>(v); }
inline int __float2int_rd(float v) { return simt::detail::to_integer<int>(std::floor(v)); }
inline unsigned __float2uint_rn(float v) {
    return simt::detail::to_integer<unsigned>(std::nearbyint(v));
}
inline unsigned __float2uint_rz(float v) { return simt::detail::to_integer<unsigned>(v); }
inline long long __float2ll_rn(float v) {
    return simt::detail::to_integer<long long>(std::nearbyint(v));
}
inline long long __double2ll_rn(double v) {
    return simt::detail::to_integer<long long>(std::nearbyint(v));
}
inline float __int2float_rn(int v) { return static_cast<float>(v); }
inline float __uint2float_rn(unsigned v) { return static_cast<float>(v); }
inline float __ll2float_rn(long long v) { return static_cast<float>(v); }
inline float __ull2float_rn(unsigned long long v) { return static_cast<float>(v); }
inline double __ll2double_rn(long long v) { return static_cast<double>(v); }
inline double __ull2double_rn(unsigned long long v) { return static_cast<double>(v); }
inline float __double2float_rn(double v) { return static_cast<float>(v); }

// min and max of the global namespace, for mixed arithmetic types too.
template <class A, class B>
requires(std::is_arithmetic_v<A>&& std::is_arithmetic_v<B>) constexpr std::common_type_t<A, B> min(
    A a, B b) {
    using T = std::common_type_t<A, B>;
    return static_cast<T>(b) < static_cast<T>(a) ? static_cast<T>(b) : static_cast<T>(a);
}
template <class A, class B>
requires(std::is_arithmetic_v<A>&& std::is_arithmetic_v<B>) constexpr std::common_type_t<A, B> max(
    A a, B b) {
    using T = std::common_type_t<A, B>;
    return static_cast<T>(a) < static_cast<T>(b) ? static_cast<T>(b) : static_cast<T>(a);
}
