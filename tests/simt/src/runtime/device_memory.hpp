// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

#include "simt/config.hpp"

namespace simt::detail {

/// The GPU's memory: pages that the host cannot touch while no kernel runs. Each allocation ends at
/// an unreachable page; what rounding leaves before and behind it holds canaries. Freed memory
/// stays unreachable for a while, so that a late use of it shows.
class DeviceMemory {
public:
    static DeviceMemory& instance();

    /// 256-byte aligned, filled with 0xff bytes; null where there is no room.
    void* allocate(std::size_t bytes);
    bool release(void* p);
    /// The allocation that holds [p, p + bytes), or that p points into when bytes is 0.
    [[nodiscard]] bool holds(const void* p, std::size_t bytes = 0) const;
    [[nodiscard]] std::size_t total() const { return config().memory; }
    [[nodiscard]] std::size_t free_bytes() const { return total() - used_; }

    void open();
    void close();
    /// Throws Error where something wrote around an allocation.
    void check_canaries() const;
    /// What is known of an address that faulted; for the fault handler only.
    [[nodiscard]] const char* describe(const void* address, std::size_t& bytes) const;

private:
    struct Allocation {
        char* reserved; ///< guard page, data's pages, guard page
        std::size_t reserved_size, bytes;
    };
    using Live = std::map<std::uintptr_t, Allocation>; // by the address given out
    void allow(Live::const_reference entry, bool access) const;
    void retire(const Allocation& allocation);
    [[nodiscard]] Live::const_iterator find(const void* p) const;

    Live live_;
    std::deque<Allocation> retired_;
    std::size_t used_ = 0;
    int open_ = 0;
};

/// Tells what a bad access hit before the program dies of it.
void install_fault_handler();

} // namespace simt::detail
