// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "fedmrn/device_kind.hpp"
#include "fedmrn/device_pointer.hpp"
#include "fedmrn/lane.hpp"

namespace fedmrn {

namespace kernels {
class Backend;
}

/// Contracts that were recorded once, to be queued again and again with the same arguments.
class Recording {
public:
    virtual ~Recording() = default;
    /// Queues them once more. Where the queue is long already, waits for its older half.
    virtual void replay() = 0;
};

/// Bytes on their way from a device.
class Fetch {
public:
    virtual ~Fetch() = default;
    /// Waits until they have come. Valid as long as the Fetch and its device.
    [[nodiscard]] virtual std::span<const std::byte> bytes() = 0;
};

/// How the clients that train at once share the device.
enum class LaneMode {
    threads,  ///< a thread each, with a device of its own
    lockstep, ///< every contract takes a step of all of them
};

/// One ordered queue of work on one processor, with its memory. Contracts called on a device run in
/// the order of the calls, perhaps later; copy_out and synchronize wait for them. A device is used
/// by one thread at a time.
class Device {
public:
    Device() = default;
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;
    virtual ~Device() = default;

    [[nodiscard]] virtual DeviceKind kind() const = 0;
    /// The contracts that it fulfils.
    [[nodiscard]] virtual const kernels::Backend& backend() const = 0;
    [[nodiscard]] const std::string& name() const; ///< the backend's
    [[nodiscard]] virtual LaneMode lane_mode() const = 0;
    /// At least 64-byte aligned. Throws Error (Fault::run) naming the size where there is no room.
    virtual DevicePointer<void> allocate(std::size_t bytes) = 0;
    virtual void release(DevicePointer<void> memory) noexcept = 0;
    virtual void copy_in(DevicePointer<void> device, const void* host, std::size_t bytes) = 0;
    virtual void copy_out(void* host, DevicePointer<const void> device, std::size_t bytes) = 0;
    virtual void copy_within(DevicePointer<void> to, DevicePointer<const void> from,
                             std::size_t bytes) = 0;
    virtual void clear(DevicePointer<void> memory, std::size_t bytes) = 0;
    virtual void synchronize() = 0;
    /// As copy_out, but without waiting: the memory is read when its turn comes.
    virtual std::unique_ptr<Fetch> fetch(DevicePointer<const void> device, std::size_t bytes) = 0;
    /// As fetch, of memory from allocate() that is given away with it, unless this throws. A device
    /// whose memory the host can read copies nothing.
    virtual std::unique_ptr<Fetch> hand_over(DevicePointer<void> memory, std::size_t bytes) {
        std::unique_ptr<Fetch> fetched = fetch(memory, bytes);
        release(memory);
        return fetched;
    }

    /// Records the contracts that work calls, without running them. They must have run before at
    /// the same sizes, and must not allocate, copy from or to the host, or wait.
    virtual std::unique_ptr<Recording> record(const std::function<void()>& work) = 0;

    /// Does both; neither needs what the other makes, so that a device may do them side by side.
    /// What is called later waits for both. They do not call this themselves.
    virtual void beside(const std::function<void()>& one, const std::function<void()>& other) {
        one();
        other();
    }

    /// Bytes that can still be allocated.
    [[nodiscard]] virtual std::size_t free_memory() const = 0;

    /// Names what is queued until pop_range, for a profiler; number goes with it. name must live as
    /// long as the device. Free of cost where nobody looks.
    virtual void push_range(const char* /*name*/, std::uint64_t /*number*/) {}
    virtual void pop_range() {}
    /// Begins and ends what a profiler is to record.
    virtual void profile(bool /*on*/) {}
};

/// push_range and pop_range around a scope.
class Range {
public:
    Range(Device& device, const char* name, std::uint64_t number = 0) : device_(device) {
        device_.push_range(name, number);
    }
    Range(const Range&) = delete;
    Range& operator=(const Range&) = delete;
    ~Range() { device_.pop_range(); }

private:
    Device& device_;
};

/// Opens a device; precision: how a GPU multiplies float32 (tf32: on its tensor cores). Throws
/// Error where it is not there or not built in.
std::unique_ptr<Device> open_device(DeviceKind kind, Precision precision = Precision::fp32);

/// An array in a device's memory; move-only, cleared when made.
template <class T> class Buffer {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    Buffer() = default;
    Buffer(Device& device, std::size_t size)
        : device_(&device), data_(device.allocate(size * sizeof(T)).template as<T>()), size_(size) {
        device.clear(data_, size * sizeof(T));
    }
    Buffer(Device& device, std::span<const T> host) : Buffer(device, host.size()) { write(host); }
    Buffer(Device& device, const std::vector<T>& host) : Buffer(device, std::span<const T>(host)) {}
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        swap(other);
        return *this;
    }
    ~Buffer() {
        if (data_) {
            device_->release(data_);
        }
    }

    [[nodiscard]] DevicePointer<T> data() { return data_; }
    [[nodiscard]] DevicePointer<const T> data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    void clear() { device_->clear(data_, size_ * sizeof(T)); }
    void write(std::span<const T> host, std::size_t at = 0) {
        device_->copy_in(data_ + at, host.data(), host.size_bytes());
    }
    void read(std::span<T> host, std::size_t at = 0) const {
        device_->copy_out(host.data(), data_ + at, host.size_bytes());
    }
    [[nodiscard]] std::vector<T> read() const {
        std::vector<T> host(size_);
        read(std::span<T>(host));
        return host;
    }

    /// Its bytes on their way to the host; it is empty then.
    [[nodiscard]] std::unique_ptr<Fetch> hand_over() {
        std::unique_ptr<Fetch> fetched = device_->hand_over(data_, size_ * sizeof(T));
        data_ = nullptr;
        size_ = 0;
        return fetched;
    }

private:
    void swap(Buffer& other) noexcept {
        std::swap(device_, other.device_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }
    Device* device_ = nullptr;
    DevicePointer<T> data_;
    std::size_t size_ = 0;
};

/// How activations and their gradients are stored. Parameters and updates are always float32.
enum class Real : unsigned char { f32, bf16 };
constexpr std::size_t size_of(Real real) { return real == Real::f32 ? 4 : 2; }

} // namespace fedmrn
