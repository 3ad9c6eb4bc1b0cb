// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

// What the simulator tells the sanitizers. Under the thread sanitizer this library itself is built
// without it (its bookkeeping is shared by all CUDA threads on purpose) and with SIMT_TSAN, and
// says in words which CUDA thread learnt of which.

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SIMT_ASAN
#endif
#if __has_feature(thread_sanitizer)
#error "build the simulator without -fsanitize=thread and with -DSIMT_TSAN"
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(SIMT_ASAN)
#define SIMT_ASAN
#endif
#if defined(__SANITIZE_THREAD__)
#error "build the simulator without -fsanitize=thread and with -DSIMT_TSAN"
#endif

#ifdef SIMT_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef SIMT_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace simt::detail {

#ifdef SIMT_ASAN
constexpr bool asan = true;
inline void poison(const volatile void* p, std::size_t n) { __asan_poison_memory_region(p, n); }
inline void unpoison(const volatile void* p, std::size_t n) { __asan_unpoison_memory_region(p, n); }
#else
constexpr bool asan = false;
inline void poison(const volatile void*, std::size_t) {}
inline void unpoison(const volatile void*, std::size_t) {}
#endif

#ifdef SIMT_TSAN
constexpr bool tsan = true;
inline void tsan_release(void* token) { __tsan_release(token); }
inline void tsan_acquire(void* token) { __tsan_acquire(token); }
#else
constexpr bool tsan = false;
inline void tsan_release(void*) {}
inline void tsan_acquire(void*) {}
#endif

} // namespace simt::detail
