// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/cuda/tensor_cores.hpp"
#include "kernels/formula/bf16.hpp"

namespace fedmrn::kernels::cuda {

/// A result as images hold it. Of a float32 the tensor cores read 11 significant bits: with
/// tensor_floats it is rounded to them here, once, and not each time that a product reads it.
template <class T> __device__ __forceinline__ T stored(float x, bool tensor_floats) {
    if constexpr (std::is_same_v<T, float>) {
        constexpr std::uint32_t read = 0xffffe000u;
        return tensor_floats ? __uint_as_float(rounded_tf32(x) & read) : x;
    } else {
        return formula::from_float<T>(x);
    }
}

} // namespace fedmrn::kernels::cuda
