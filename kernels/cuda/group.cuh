// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "kernels/device.hpp"
#include "kernels/formula/bf16.hpp"

// Neighbouring channels that one thread moves at once.
namespace fedmrn::kernels::cuda {

template <class T, unsigned group> struct alignas(group * sizeof(T)) Group { T v[group]; };
template <unsigned group, class T> __device__ __forceinline__ Group<T, group> get(const T* at) {
    return *reinterpret_cast<const Group<T, group>*>(at);
}
template <unsigned group, class T>
__device__ __forceinline__ void set(T* at, const Group<T, group>& value) {
    *reinterpret_cast<Group<T, group>*>(at) = value;
}

/// Calls body.operator()<T, group>(): the images' type, and how many channels a thread takes, given
/// the arrays that it moves them from and to.
template <class Body>
void with_group(Real real, std::size_t channels, std::initializer_list<const void*> arrays,
                const Body& body) {
    const bool aligned = std::all_of(arrays.begin(), arrays.end(), [](const void* array) {
        return reinterpret_cast<std::uintptr_t>(array) % 16 == 0;
    });
    const bool four = channels % 4 == 0 && aligned;
    const auto with = [&]<class T>() {
        four ? body.template operator()<T, 4>() : body.template operator()<T, 1>();
    };
    real == Real::f32 ? with.template operator()<float>()
                      : with.template operator()<formula::Bf16>();
}

} // namespace fedmrn::kernels::cuda
