// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

struct Words {
    std::uint32_t w[4];
};

/// Philox4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; the
/// generator that cuRAND and Random123 provide. The counter is (index, step, purpose).
FEDMRN_FORMULA Words philox(std::uint64_t key, std::uint64_t index, std::uint32_t step,
                            std::uint32_t purpose) {
    // A word of the counter is the low half of its 64 bits, whatever stands above it: in vector
    // code a product is then one instruction, with no shuffle before or after it.
    constexpr std::uint64_t low = 0xffffffffu;
    std::uint64_t c0 = index, c1 = index >> 32, c2 = step, c3 = purpose;
    std::uint64_t k0 = key, k1 = key >> 32;
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = 0xD2511F53u * (c0 & low);
        const std::uint64_t p1 = 0xCD9E8D57u * (c2 & low);
        c0 = p1 >> 32 ^ c1 ^ k0;
        c1 = p1;
        c2 = p0 >> 32 ^ c3 ^ k1;
        c3 = p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return {{static_cast<std::uint32_t>(c0), static_cast<std::uint32_t>(c1),
             static_cast<std::uint32_t>(c2), static_cast<std::uint32_t>(c3)}};
}

// The known answers that Random123 publishes (kat_vectors, philox4x32 10).
namespace known_answer {
constexpr bool equal(Words a, Words b) {
    return a.w[0] == b.w[0] && a.w[1] == b.w[1] && a.w[2] == b.w[2] && a.w[3] == b.w[3];
}
static_assert(equal(philox(0, 0, 0, 0), {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}));
static_assert(equal(philox(~0ull, ~0ull, ~0u, ~0u),
                    {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}));
static_assert(equal(philox(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x13198a2e, 0x03707344),
                    {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}));
} // namespace known_answer

} // namespace fedmrn::formula
