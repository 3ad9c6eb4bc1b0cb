// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/formula/key.hpp"

namespace fedmrn::kernels::cpu {

/// The random words of one tile of 128 elements, in element order. The loop over the 32 Philox
/// blocks is what the compiler turns into vector code.
inline void random_tile(std::uint64_t key, std::uint64_t tile, std::uint32_t step,
                        formula::Purpose purpose, std::uint32_t* __restrict__ words) {
    for (std::uint32_t lane = 0; lane < 32; ++lane) {
        const formula::Words block = formula::philox(key, tile * 32 + lane, step, purpose);
        words[lane] = block.w[0];
        words[lane + 32] = block.w[1];
        words[lane + 64] = block.w[2];
        words[lane + 96] = block.w[3];
    }
}

} // namespace fedmrn::kernels::cpu
