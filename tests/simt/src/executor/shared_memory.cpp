// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "executor/shared_memory.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <sys/mman.h>

#include "sanitizers.hpp"

namespace simt::detail {
namespace {

constexpr std::size_t token_bytes = 4096, redzone = 64, max_variables = 60;
constexpr unsigned char unwritten = 0xff; // NaN, -1
constexpr unsigned char canary = 0xc5;

} // namespace

void SharedMemory::renew(std::size_t dynamic) {
    const std::size_t want =
        token_bytes + max_static_shared + dynamic + (max_variables + 4) * redzone;
    if (want > size_ || tsan) {
        drop();
        void* p = mmap(nullptr, want, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED) throw Error("no memory for a block's shared memory");
        memory_ = static_cast<char*>(p);
        size_ = want;
    }
    variables_.clear();
    dynamic_size_ = dynamic;
    const std::size_t offset = aligned(token_bytes, 128);
    dynamic_ = memory_ + offset;
    used_ = offset + dynamic + redzone;
    poison(memory_, size_);
    fill(dynamic_, dynamic);
}

void* SharedMemory::variable(const void* key, std::size_t size, std::size_t align,
                             const Where& at) {
    std::size_t total = size;
    for (const auto& known : variables_) {
        if (known.key == key) return memory_ + known.offset;
        total += known.size;
    }
    if (total > max_static_shared)
        throw Error("more than 48 KiB of shared variables at " + at.text());
    const std::size_t offset = aligned(used_, std::max<std::size_t>(align, 16));
    if (variables_.size() == max_variables)
        throw Error("too many shared variables at " + at.text());
    used_ = offset + size + redzone;
    variables_.push_back({key, offset, size, at});
    fill(memory_ + offset, size);
    return memory_ + offset;
}

void SharedMemory::fill(char* p, std::size_t size) const {
    unpoison(p, size);
    if (tsan) return; // a fill by nobody would race with everybody
    std::memset(p, unwritten, size);
    if (!asan) std::memset(p + size, canary, redzone);
}

void SharedMemory::check_redzones() const {
    if (asan || tsan) return;
    const auto check = [](const char* end, std::size_t size, const std::string& at) {
        const bool intact = std::all_of(
            end, end + redzone, [](char c) { return static_cast<unsigned char>(c) == canary; });
        if (!intact) {
            throw Error("overrun of " + std::to_string(size) + " bytes of shared memory" + at);
        }
    };
    check(dynamic_ + dynamic_size_, dynamic_size_, " (dynamic)");
    for (const auto& v : variables_) {
        check(memory_ + v.offset + v.size, v.size, " declared at " + v.at.text());
    }
}

std::size_t SharedMemory::aligned(std::size_t offset, std::size_t align) const {
    const auto base = reinterpret_cast<std::uintptr_t>(memory_);
    return (base + offset + align - 1) / align * align - base;
}

void SharedMemory::release() {
    if (memory_) unpoison(memory_, size_);
}

void SharedMemory::drop() {
    release();
    if (memory_) munmap(memory_, size_);
    memory_ = nullptr;
    size_ = 0;
}

} // namespace simt::detail
