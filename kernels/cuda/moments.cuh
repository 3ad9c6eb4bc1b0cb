// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "kernels/cuda/cuda.hpp"
#include "kernels/formula/quantize.hpp"

namespace fedmrn::kernels::cuda {

/// The moments of an array by a block of formula::moment_rows threads, thread t making partial sum
/// t; right in thread 0. partial: one a thread, shared memory.
__device__ __forceinline__ formula::Moments block_moments(const float* values, std::size_t elements,
                                                          formula::Moments* partial) {
    formula::Moments own{};
    for (std::size_t i = threadIdx.x; i < elements; i += formula::moment_rows) {
        formula::add(own, values[i]);
    }
    partial[threadIdx.x] = own;
    for (unsigned half = formula::moment_rows / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            formula::add(partial[threadIdx.x], partial[threadIdx.x + half]);
        }
    }
    return threadIdx.x == 0 ? partial[0] : own;
}

} // namespace fedmrn::kernels::cuda
