// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>

#include "simt/config.hpp"
#include "simt/executor.hpp"

// Asynchronous copies from global to shared memory (cp.async, <cuda_pipeline.h>). They happen as
// late as allowed, when their group is waited for: a missing wait reads what was there before.
// Under SIMT_SCHED=lifo they happen as early as allowed, at once: a copy to what others still read
// is seen by them.

namespace simt::detail {
inline void perform(const AsyncCopy& copy) {
    std::memcpy(copy.to, copy.from, copy.size - copy.zeros);
    std::memset(static_cast<char*>(copy.to) + copy.size - copy.zeros, 0, copy.zeros);
}
} // namespace simt::detail

inline void __pipeline_memcpy_async(void* to, const void* from, std::size_t size,
                                    std::size_t zeros = 0) {
    const bool aligned = reinterpret_cast<std::uintptr_t>(to) % size == 0 &&
                         reinterpret_cast<std::uintptr_t>(from) % size == 0;
    if ((size != 4 && size != 8 && size != 16) || zeros > size || !aligned) {
        throw simt::Error("__pipeline_memcpy_async: 4, 8 or 16 bytes, aligned to their number");
    }
    const simt::detail::AsyncCopy copy{to, from, size, zeros};
    if (simt::config().schedule == simt::Schedule::lifo) {
        simt::detail::perform(copy);
    } else {
        simt::detail::queue_copy(copy);
    }
}
inline void __pipeline_commit() { simt::detail::end_copy_group(); }
/// Waits for all but the last `later` committed groups.
inline void __pipeline_wait_prior(std::size_t later) {
    simt::detail::AsyncCopy copy;
    while (simt::detail::next_copy(later, copy)) simt::detail::perform(copy);
}
