// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/device_memory.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <sys/mman.h>

#include "sanitizers.hpp"
#include "simt/error.hpp"

namespace simt::detail {
namespace {

constexpr std::size_t page = 4096, alignment = 256, max_retired = 256;
constexpr unsigned char garbage = 0xff; // NaN, -1: what fresh device memory holds
constexpr unsigned char canary = 0xc5;

std::size_t round_up(std::size_t n, std::size_t to) { return (n + to - 1) / to * to; }
char* at(std::uintptr_t address) { return reinterpret_cast<char*>(address); }

bool all_canary(const char* first, const char* last) {
    return std::all_of(first, last, [](char c) { return static_cast<unsigned char>(c) == canary; });
}

} // namespace

DeviceMemory& DeviceMemory::instance() {
    static auto* memory = [] { // never destroyed: streams of static objects may still free
        if (!asan && !tsan) install_fault_handler();
        return new DeviceMemory;
    }();
    return *memory;
}

void* DeviceMemory::allocate(std::size_t bytes) {
    if (bytes > free_bytes()) return nullptr;
    const std::size_t padded = std::max(round_up(bytes, alignment), alignment);
    // 256 bytes before the data, for the canary in front of it
    const std::size_t pages = round_up(padded + alignment, page);
    const std::size_t reserved_size = pages + 2 * page;
    void* reserved = mmap(nullptr, reserved_size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved == MAP_FAILED) return nullptr;
    const Allocation allocation{static_cast<char*>(reserved), reserved_size, bytes};
    char* end = allocation.reserved + page + pages;
    char* data = end - padded;
    mprotect(allocation.reserved, page, PROT_NONE);
    mprotect(end, page, PROT_NONE);
    std::memset(data - alignment, canary, alignment);
    std::memset(data, garbage, bytes);
    std::memset(data + bytes, canary, padded - bytes);
    poison(allocation.reserved, reserved_size);
    const auto entry = live_.emplace(reinterpret_cast<std::uintptr_t>(data), allocation).first;
    allow(*entry, open_ != 0);
    used_ += bytes;
    return data;
}

bool DeviceMemory::release(void* p) {
    const auto entry = live_.find(reinterpret_cast<std::uintptr_t>(p));
    if (entry == live_.end()) return false;
    used_ -= entry->second.bytes;
    retire(entry->second);
    live_.erase(entry);
    return true;
}

void DeviceMemory::retire(const Allocation& allocation) {
    poison(allocation.reserved, allocation.reserved_size);
    mprotect(allocation.reserved, allocation.reserved_size, PROT_NONE);
    madvise(allocation.reserved, allocation.reserved_size, MADV_DONTNEED);
    retired_.push_back(allocation);
    if (retired_.size() > max_retired) {
        const Allocation& oldest = retired_.front();
        unpoison(oldest.reserved, oldest.reserved_size); // the addresses may serve anything next
        munmap(oldest.reserved, oldest.reserved_size);
        retired_.pop_front();
    }
}

DeviceMemory::Live::const_iterator DeviceMemory::find(const void* p) const {
    const auto address = reinterpret_cast<std::uintptr_t>(p);
    auto entry = live_.upper_bound(address);
    if (entry == live_.begin()) return live_.end();
    --entry;
    const std::size_t size = std::max<std::size_t>(entry->second.bytes, 1);
    return address < entry->first + size ? entry : live_.end();
}

bool DeviceMemory::holds(const void* p, std::size_t bytes) const {
    const auto entry = find(p);
    if (entry == live_.end()) return false;
    return reinterpret_cast<std::uintptr_t>(p) - entry->first + bytes <= entry->second.bytes ||
           bytes == 0;
}

void DeviceMemory::allow(Live::const_reference entry, bool access) const {
    const auto& [address, allocation] = entry;
    if (!config().protect) access = true;
    if constexpr (asan) {
        (access ? unpoison : poison)(at(address), allocation.bytes);
    } else {
        mprotect(allocation.reserved + page, allocation.reserved_size - 2 * page,
                 access ? PROT_READ | PROT_WRITE : PROT_NONE);
    }
}

void DeviceMemory::open() {
    if (open_++ != 0) return;
    for (const auto& entry : live_) allow(entry, true);
}

void DeviceMemory::close() {
    if (--open_ != 0) return;
    for (const auto& entry : live_) allow(entry, false);
}

void DeviceMemory::check_canaries() const {
    if (asan || tsan) return;
    for (const auto& [address, allocation] : live_) {
        const char* end = allocation.reserved + allocation.reserved_size - page;
        if (!all_canary(at(address) - alignment, at(address)) ||
            !all_canary(at(address) + allocation.bytes, end)) {
            throw Error("something wrote around a device allocation of " +
                        std::to_string(allocation.bytes) + " bytes");
        }
    }
}

const char* DeviceMemory::describe(const void* address, std::size_t& bytes) const {
    const auto inside = [&](const Allocation& a) {
        bytes = a.bytes;
        return address >= a.reserved && address < a.reserved + a.reserved_size;
    };
    for (const auto& [start, allocation] : live_) {
        if (!inside(allocation)) continue;
        return open_ ? "a kernel ran over the end of a device allocation"
                     : "the host touched device memory";
    }
    if (std::any_of(retired_.begin(), retired_.end(), inside)) return "use of freed device memory";
    return nullptr;
}

} // namespace simt::detail
