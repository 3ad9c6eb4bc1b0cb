// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/key.hpp"

namespace fedmrn::formula {

/// A random order of count things, one position at a time and without memory: a Feistel network on
/// the next power of two, walked until it falls below count (Black and Rogaway, CT-RSA 2002; the
/// construction that Mitchell et al., 2021, use for shuffles on GPUs).
struct Permutation {
    std::uint32_t keys[4];
    std::uint32_t count, low_bits, high_bits;
};

/// The order of count ≥ 1 things that four random words choose.
FEDMRN_FORMULA Permutation permutation(Words words, std::uint32_t count) {
    std::uint32_t bits = 6; // halves of fewer than 3 bits would favour some orders of few things
    while (bits < 32 && (count - 1) >> bits != 0) {
        ++bits;
    }
    return {{words.w[0], words.w[1], words.w[2], words.w[3]}, count, bits / 2, bits - bits / 2};
}

/// The order in which a client visits its count samples in an epoch.
FEDMRN_FORMULA Permutation shuffle(std::uint64_t seed, std::uint32_t epoch, std::uint32_t count) {
    return permutation(philox(seed, epoch, 0, purpose_shuffle), count);
}

FEDMRN_FORMULA std::uint32_t scramble(std::uint32_t x) { // finaliser of MurmurHash3
    x = (x ^ x >> 16) * 0x85EBCA6Bu;
    x = (x ^ x >> 13) * 0xC2B2AE35u;
    return x ^ x >> 16;
}

/// The thing at a position; a bijection of [0, count).
FEDMRN_FORMULA std::uint32_t permute(const Permutation& p, std::uint32_t position) {
    std::uint32_t x = position;
    do {
        // Halves of low_bits and high_bits swap widths each round; eight rounds restore them.
        std::uint32_t low_bits = p.low_bits, high_bits = p.high_bits;
        for (std::uint32_t round = 0; round < 8; ++round) {
            const std::uint32_t low = x & ((1u << low_bits) - 1), high = x >> low_bits;
            const std::uint32_t key = p.keys[round % 4] + round * 0x9E3779B9u;
            const std::uint32_t mixed = (low ^ scramble(high + key)) & ((1u << low_bits) - 1);
            x = mixed << high_bits | high;
            const std::uint32_t swapped = low_bits;
            low_bits = high_bits;
            high_bits = swapped;
        }
    } while (x >= p.count);
    return x;
}

} // namespace fedmrn::formula
