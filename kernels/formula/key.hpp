// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/philox.hpp"

namespace fedmrn::formula {

/// What a random number is for: the last word of the Philox counter. A number is a function of
/// (key, element index, step, purpose), never of a thread, a lane or the order of draws.
enum Purpose : std::uint32_t {
    purpose_noise = 0,       ///< key: client seed
    purpose_mask = 1,        ///< key: client seed, step: the local step; or that of FedPM's model,
                             ///< key: experiment seed, step: round + 1
    purpose_final_mask = 2,  ///< key: client seed
    purpose_shuffle = 3,     ///< key: client seed, index: epoch
    purpose_client_seed = 4, ///< key: experiment seed, index: client, step: round
    purpose_cohort = 5,      ///< key: experiment seed, step: round
    purpose_initial = 6,     ///< key: experiment seed, index: element, step: tensor
    purpose_partition = 7,   ///< key: experiment seed
    purpose_synthetic = 8,   ///< key: experiment seed
    purpose_augment = 9,     ///< key: client seed, index: the client's sample, step: epoch
    purpose_quantize = 10,   ///< key: client seed, index: element, step: tensor
    purpose_network = 11,    ///< key: experiment seed, index: client, step: 0 or the round
    purpose_sign = 12,       ///< key: client seed, index: a word of 32 signs
    purpose_weights = 13,    ///< key: experiment seed, index: tile of 128 elements
    purpose_frozen = 14,     ///< key: client seed, index: see low_rank.hpp, step: tensor
    purpose_factor = 15,     ///< key: client seed, index: element, step: tensor
    purpose_kronecker = 16,  ///< key: round seed, index: element, step: 2 · tensor, + 1 of R2
    purpose_round_seed = 17, ///< key: experiment seed, step: round
};

/// s_k,t: the seed of everything that client k draws in round t.
FEDMRN_FORMULA std::uint64_t client_seed(std::uint64_t experiment_seed, std::uint32_t round,
                                         std::uint64_t client) {
    const Words words = philox(experiment_seed, client, round, purpose_client_seed);
    return words.w[0] | std::uint64_t{words.w[1]} << 32;
}

/// The seed of what all clients of round t draw alike.
FEDMRN_FORMULA std::uint64_t round_seed(std::uint64_t experiment_seed, std::uint32_t round) {
    const Words words = philox(experiment_seed, 0, round, purpose_round_seed);
    return words.w[0] | std::uint64_t{words.w[1]} << 32;
}

/// Random words of a vector are laid out in tiles of 128 elements: element i takes word
/// (i / 32) % 4 of the block with index (i / 128) · 32 + i % 32. So 32 neighbouring threads, or the
/// lanes of one vector register, hold 32 neighbouring elements, which is one packed mask word.
inline constexpr std::uint64_t tile = 128;

FEDMRN_FORMULA std::uint32_t element_word(std::uint64_t key, std::uint64_t element,
                                          std::uint32_t step, Purpose purpose) {
    return philox(key, element / tile * 32 + element % 32, step, purpose).w[element / 32 % 4];
}

} // namespace fedmrn::formula
