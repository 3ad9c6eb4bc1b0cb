// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

#include "kernels/host_device.hpp"

namespace fedmrn::test {

/// Memory and nothing else: what the files of kernels/cpu that need no library ask of a device.
class PlainCpu final : public kernels::HostDevice {
public:
    void* allocate(std::size_t bytes) override {
        return std::aligned_alloc(64, bytes / 64 * 64 + 64);
    }
    void release(void* memory) noexcept override { std::free(memory); }
    [[nodiscard]] std::size_t free_memory() const override { return SIZE_MAX; }
};

} // namespace fedmrn::test
