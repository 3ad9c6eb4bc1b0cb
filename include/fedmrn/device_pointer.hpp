// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <type_traits>

#if defined(__CUDACC__) // which reads the lists that kernels are given
#define FEDMRN_POINTER __host__ __device__ constexpr
#else
#define FEDMRN_POINTER constexpr
#endif

#pragma GCC visibility push(default)
namespace fedmrn {

/// Where something is in a device's memory. A T* of the host's does not become one, nor the other
/// way round, so that a mix-up does not compile: a device's allocate() makes them. It converts as
/// T* does, to const and to void.
template <class T> class DevicePointer {
public:
    DevicePointer() = default;
    FEDMRN_POINTER DevicePointer(std::nullptr_t) {}
    template <class U, class = std::enable_if_t<std::is_convertible_v<U*, T*>>>
    FEDMRN_POINTER DevicePointer(DevicePointer<U> other) : address_(other.get()) {}

    /// Of an address in device memory: for devices, and for who knows that theirs is the host's.
    static FEDMRN_POINTER DevicePointer from_device(T* address) {
        DevicePointer pointer;
        pointer.address_ = address;
        return pointer;
    }
    /// The address, for who may read there: who fulfils a contract, and who runs on the CPU device
    /// alone.
    [[nodiscard]] FEDMRN_POINTER T* get() const { return address_; }

    /// The same place as one of U: what lies there is void, or bytes, here. As const as it is.
    template <class U, class = std::enable_if_t<std::is_const_v<U> || !std::is_const_v<T>>>
    [[nodiscard]] FEDMRN_POINTER DevicePointer<U> as() const {
        using Any = std::conditional_t<std::is_const_v<T>, const void, void>;
        return DevicePointer<U>::from_device(static_cast<U*>(static_cast<Any*>(address_)));
    }

    FEDMRN_POINTER explicit operator bool() const { return address_ != nullptr; }
    friend FEDMRN_POINTER bool operator==(DevicePointer one, DevicePointer other) {
        return one.address_ == other.address_;
    }
    FEDMRN_POINTER DevicePointer operator+(std::ptrdiff_t elements) const {
        return from_device(address_ + elements);
    }
    FEDMRN_POINTER DevicePointer& operator+=(std::ptrdiff_t elements) {
        return *this = *this + elements;
    }

private:
    T* address_ = nullptr;
};

} // namespace fedmrn
#pragma GCC visibility pop
