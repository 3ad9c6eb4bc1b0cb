// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <cstring>

#include "kernels/device.hpp"

namespace fedmrn::test {

/// Memory and nothing else: what the files of kernels/cpu that need no library ask of a device.
class PlainCpu final : public Device {
public:
    [[nodiscard]] DeviceKind kind() const override { return DeviceKind::cpu; }
    void* allocate(std::size_t bytes) override {
        return std::aligned_alloc(64, bytes / 64 * 64 + 64);
    }
    void release(void* memory) noexcept override { std::free(memory); }
    void copy_in(void* device, const void* host, std::size_t bytes) override {
        copy_within(device, host, bytes);
    }
    void copy_out(void* host, const void* device, std::size_t bytes) override {
        copy_within(host, device, bytes);
    }
    void copy_within(void* to, const void* from, std::size_t bytes) override {
        if (bytes != 0) std::memcpy(to, from, bytes);
    }
    void clear(void* memory, std::size_t bytes) override { std::memset(memory, 0, bytes); }
    void synchronize() override {}
};

} // namespace fedmrn::test
