// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/key.hpp"

#if defined(__CUDACC__)
#include <curand_kernel.h>
#else
#include <simt/curand.hpp>
#endif

namespace fedmrn::kernels::cuda {

/// formula::philox by cuRAND's device Philox: the same words, in the vendor's instructions.
__device__ __forceinline__ formula::Words random(std::uint64_t key, std::uint64_t index,
                                                 std::uint32_t step, std::uint32_t purpose) {
    const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
    const uint4 counter{low(index), low(index >> 32), step, purpose};
    const uint4 words = curand_Philox4x32_10(counter, uint2{low(key), low(key >> 32)});
    return {{words.x, words.y, words.z, words.w}};
}

} // namespace fedmrn::kernels::cuda
