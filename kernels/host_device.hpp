// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <utility>
#include <vector>

#include "kernels/contract.hpp"

namespace fedmrn::kernels {

/// A device whose memory is the host's and whose contracts run at once.
class HostDevice : public Device {
public:
    [[nodiscard]] DeviceKind kind() const override { return DeviceKind::cpu; }
    /// None, until there is more than memory.
    [[nodiscard]] const Backend& backend() const override {
        static const Backend none("memory alone", {});
        return none;
    }
    [[nodiscard]] LaneMode lane_mode() const override { return LaneMode::threads; }
    void copy_in(DevicePointer<void> device, const void* host, std::size_t bytes) override {
        copy(device.get(), host, bytes);
    }
    void copy_out(void* host, DevicePointer<const void> device, std::size_t bytes) override {
        copy(host, device.get(), bytes);
    }
    void copy_within(DevicePointer<void> to, DevicePointer<const void> from,
                     std::size_t bytes) override {
        copy(to.get(), from.get(), bytes);
    }
    void clear(DevicePointer<void> memory, std::size_t bytes) override {
        if (bytes != 0) {
            std::memset(memory.get(), 0, bytes);
        }
    }
    void synchronize() override {}

    std::unique_ptr<Fetch> fetch(DevicePointer<const void> device, std::size_t bytes) override {
        struct Copied final : Fetch {
            explicit Copied(std::size_t size) : copy(size) {}
            std::span<const std::byte> bytes() override { return copy; }
            std::vector<std::byte> copy;
        };
        auto copied = std::make_unique<Copied>(bytes);
        copy_out(copied->copy.data(), device, bytes);
        return copied;
    }

    std::unique_ptr<Fetch> hand_over(DevicePointer<void> memory, std::size_t bytes) override {
        struct Owned final : Fetch {
            Owned(Device& from, DevicePointer<void> where, std::size_t count)
                : device(from), memory(where), size(count) {}
            Owned(const Owned&) = delete;
            Owned& operator=(const Owned&) = delete;
            ~Owned() override { device.release(memory); }
            std::span<const std::byte> bytes() override {
                return {static_cast<const std::byte*>(memory.get()), size};
            }
            Device& device;
            DevicePointer<void> memory;
            std::size_t size;
        };
        return std::make_unique<Owned>(*this, memory, bytes);
    }

    /// There is nothing to gain from knowing the calls beforehand: they are made again.
    std::unique_ptr<Recording> record(const std::function<void()>& work) override {
        struct Again final : Recording {
            explicit Again(std::function<void()> body) : work(std::move(body)) {}
            void replay() override { work(); }
            std::function<void()> work;
        };
        return std::make_unique<Again>(work);
    }

private:
    static void copy(void* to, const void* from, std::size_t bytes) {
        if (bytes != 0) {
            std::memcpy(to, from, bytes);
        }
    }
};

} // namespace fedmrn::kernels
