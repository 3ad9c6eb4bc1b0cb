// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/host_device.hpp"

namespace fedmrn {

/// Counts the bytes that are asked of it, gives none: what is made on it tells what it would take.
class CountingDevice : public kernels::HostDevice {
public:
    DevicePointer<void> allocate(std::size_t bytes) override {
        counted += bytes;
        return nullptr;
    }
    void release(DevicePointer<void>) noexcept override {}
    void clear(DevicePointer<void>, std::size_t) override {}
    void copy_in(DevicePointer<void>, const void*, std::size_t) override {}
    [[nodiscard]] std::size_t free_memory() const override { return 0; }
    std::size_t counted = 0;
};

} // namespace fedmrn
