// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simt/executor.hpp"

// Barriers and fences of a block. That every thread stands at the same line is checked.

inline void __syncthreads(simt::Where at = simt::Where::here()) {
    simt::detail::barrier(0, simt::detail::Vote::count, at);
}
inline int __syncthreads_count(int predicate, simt::Where at = simt::Where::here()) {
    return simt::detail::barrier(predicate, simt::detail::Vote::count, at);
}
inline int __syncthreads_and(int predicate, simt::Where at = simt::Where::here()) {
    return simt::detail::barrier(predicate, simt::detail::Vote::all, at);
}
inline int __syncthreads_or(int predicate, simt::Where at = simt::Where::here()) {
    return simt::detail::barrier(predicate, simt::detail::Vote::any, at);
}

inline void __threadfence() { simt::detail::fence(); }
inline void __threadfence_block() { simt::detail::fence(); }
inline void __threadfence_system() { simt::detail::fence(); }

/// A spin loop must call it: CUDA threads here give way only when they ask.
inline void __nanosleep(unsigned) { simt::detail::yield(); }
[[noreturn]] inline void __trap() { throw simt::Error("__trap()"); }
inline long long clock64() { return 0; }
