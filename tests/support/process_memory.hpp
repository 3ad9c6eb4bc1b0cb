// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <fstream>

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

namespace fedmrn::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool memory_is_its_own = false; ///< a sanitizer's shadow and quarantine grow too
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool memory_is_its_own = false;
#else
inline constexpr bool memory_is_its_own = true;
#endif
#else
inline constexpr bool memory_is_its_own = true;
#endif

/// Bytes of this process.
struct ProcessMemory {
    std::size_t resident = 0; ///< pages in memory
    std::size_t heap = 0;     ///< given out by malloc, of its main arena
};

inline ProcessMemory process_memory() {
    std::size_t pages = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    const auto heap = ::mallinfo2();
    return {resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)),
            heap.uordblks + heap.hblkhd};
}

/// The most that has been resident so far.
inline std::size_t peak_resident() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

/// All threads allocate from the main arena from here on, so that process_memory() sees all.
inline void one_arena() { ::mallopt(M_ARENA_MAX, 1); }

} // namespace fedmrn::test
