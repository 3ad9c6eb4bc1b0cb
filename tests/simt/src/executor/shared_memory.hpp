// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "simt/error.hpp"

namespace simt::detail {

constexpr std::size_t max_static_shared = 48 * 1024;
constexpr std::size_t max_dynamic_shared = 227 * 1024; // sm_90's opt-in limit

/// One block's shared memory: the dynamic bytes, then every variable in the order of first use,
/// each with a redzone behind it. It starts as 0xff bytes.
class SharedMemory {
public:
    SharedMemory() = default;
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;
    ~SharedMemory() { drop(); }

    /// For a new block: forgets the variables and makes room for `dynamic` bytes.
    void renew(std::size_t dynamic);
    [[nodiscard]] void* dynamic() const { return dynamic_; }
    void* variable(const void* key, std::size_t size, std::size_t align, const Where& at);
    /// Room for the thread sanitizer's tokens, forgotten with the block.
    [[nodiscard]] char* tokens() const { return memory_; }
    /// After a failed launch: nothing is poisoned any more.
    void release();
    /// A redzone that a thread wrote to. ASan finds it at the write, this when the block ends.
    void check_redzones() const;

private:
    struct Variable {
        const void* key;
        std::size_t offset, size;
        Where at;
    };
    void drop();
    [[nodiscard]] std::size_t aligned(std::size_t offset, std::size_t align) const;
    void fill(char* p, std::size_t size) const;

    char* memory_ = nullptr; // mmap'ed: the thread sanitizer forgets old accesses with the mapping
    std::size_t size_ = 0, used_ = 0, dynamic_size_ = 0;
    char* dynamic_ = nullptr;
    std::vector<Variable> variables_;
};

} // namespace simt::detail
