// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>

namespace fedmrn::kernels::cpu {

/// Memory that the primitives of a device work in, one call at a time: as much as the largest of
/// them wants, however many there are.
class Workspace {
public:
    static constexpr std::size_t slots = 7; ///< two an operand, and oneDNN's own scratch

    /// At least so many bytes, of any content, aligned as vectors want; until the slot's next call.
    void* at(std::size_t slot, std::size_t bytes) {
        Slot& s = slots_.at(slot);
        if (s.bytes < bytes) {
            s.memory.reset(); // before the new one: nothing of it is wanted
            s.memory.reset(new (alignment) std::byte[bytes]);
            s.bytes = bytes;
        }
        return s.memory.get();
    }

private:
    static constexpr std::align_val_t alignment{64};
    struct Free {
        void operator()(std::byte* memory) const { operator delete[](memory, alignment); }
    };
    struct Slot {
        std::unique_ptr<std::byte[], Free> memory;
        std::size_t bytes = 0;
    };
    std::array<Slot, slots> slots_;
};

} // namespace fedmrn::kernels::cpu
