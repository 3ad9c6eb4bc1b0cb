// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

#include "kernels/cpu/backend.hpp"
#include "kernels/host_device.hpp"

namespace fedmrn::test {

/// Memory, and the contracts of kernels/cpu that need no library; or those of another table.
class PlainCpu final : public kernels::HostDevice {
public:
    explicit PlainCpu(const kernels::Backend& backend = bits()) : backend_(backend) {}
    /// The contracts of level `bits`.
    static const kernels::Backend& bits() {
        static const kernels::Backend table("plain cpu", {kernels::cpu::bits_contracts});
        return table;
    }
    [[nodiscard]] const kernels::Backend& backend() const override { return backend_; }
    DevicePointer<void> allocate(std::size_t bytes) override {
        return DevicePointer<void>::from_device(std::aligned_alloc(64, bytes / 64 * 64 + 64));
    }
    void release(DevicePointer<void> memory) noexcept override { std::free(memory.get()); }
    [[nodiscard]] std::size_t free_memory() const override { return SIZE_MAX; }

private:
    const kernels::Backend& backend_;
};

} // namespace fedmrn::test
