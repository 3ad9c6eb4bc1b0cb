// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/scores.hpp"

#include <algorithm>

#include "kernels/random_tile.hpp"

namespace fedmrn::kernels::cpu {
namespace {

constexpr std::size_t tile_size = formula::tile;

/// Calls body(begin, count, frozen weights of the tile) for every tile.
template <class Body> void for_tiles(const FrozenWeights& frozen, const Body& body) {
    const FrozenTensor* tensor = frozen.tensors.data();
    float weights[tile_size];
    for (std::size_t begin = 0; begin < frozen.elements(); begin += tile_size) {
        const std::size_t count = std::min(tile_size, frozen.elements() - begin);
        for (std::size_t i = 0; i < count;) {
            while (begin + i >= tensor->end) {
                ++tensor;
            }
            const std::size_t end = std::min(count, tensor->end - begin);
            std::fill(weights + i, weights + end, tensor->magnitude);
            i = end;
        }
        const formula::Words signs =
            formula::philox(frozen.seed, begin / tile_size, 0, formula::purpose_weights);
        for (std::uint32_t row = 0; row < 4; ++row) {
            for (std::uint32_t bit = 0; bit < 32; ++bit) {
                float& weight = weights[row * 32 + bit];
                weight = formula::frozen_weight(weight, signs.w[row], bit);
            }
        }
        body(begin, count, weights);
    }
}

std::uint32_t packed_word(const MaskSource& client, const float* global, std::size_t first,
                          std::size_t count, const std::uint32_t* words) {
    std::uint32_t probabilities[32], bits = 0;
    for (std::size_t i = 0; i < count; ++i) {
        probabilities[i] =
            formula::score_probability(global[first + i] + client.update.get()[first + i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
        bits |= std::uint32_t{formula::mask_bit(probabilities[i], words[i], true)} << i;
    }
    return bits;
}

void score_weights(Device&, const FrozenWeights& frozen, std::size_t lanes, const LaneState* states,
                   const float* global, PerLane<const float> update, PerLane<float> weights) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const LaneState& state = states[lane];
        if (state.samples == 0) {
            continue;
        }
        const float* u = update[lane].get();
        float* w = weights[lane].get();
        for_tiles(frozen, [&](std::size_t begin, std::size_t count, const float* magnitudes) {
            std::uint32_t words[tile_size];
            random_tile(state.seed, begin / tile_size, state.step + 1, formula::purpose_mask,
                        words);
            for (std::size_t i = 0; i < count; ++i) {
                const std::uint32_t p =
                    formula::score_probability(global[begin + i] + u[begin + i]);
                w[begin + i] = formula::mask_bit(p, words[i], true) ? magnitudes[i] : 0.0f;
            }
        });
    }
}

/// set[i] += the bit of mask `mask` of each element of a tile.
void count_bits(const DrawnMasks& masks, std::uint64_t mask, std::size_t begin, std::size_t count,
                const std::uint32_t* probabilities, std::uint32_t* set) {
    std::uint32_t words[tile_size];
    random_tile(masks.seed, begin / tile_size + mask * (formula::blocks_per_mask / 32),
                masks.step + 1, formula::purpose_mask, words);
    for (std::size_t i = 0; i < count; ++i) {
        set[i] += formula::mask_bit(probabilities[i], words[i], true) ? 1 : 0;
    }
}

void mean_score_weights(Device&, const FrozenWeights& frozen, const DrawnMasks& masks,
                        const float* scores, float* weights) {
    for_tiles(frozen, [&](std::size_t begin, std::size_t count, const float* magnitudes) {
        std::uint32_t probabilities[tile_size], drawn[tile_size] = {};
        for (std::size_t i = 0; i < count; ++i) {
            probabilities[i] = formula::score_probability(scores[begin + i]);
        }
        for (std::uint32_t mask = 0; mask < masks.count; ++mask) {
            count_bits(masks, mask, begin, count, probabilities, drawn);
        }
        const bool none = masks.count == 0;
        for (std::size_t i = 0; i < count; ++i) {
            weights[begin + i] =
                formula::mean_weight(magnitudes[i], none ? probabilities[i] : drawn[i],
                                     none ? formula::certain : masks.count);
        }
    });
}

void score_gradient(Device&, const FrozenWeights& frozen, double rate, std::size_t lanes,
                    const LaneState* states, const float* global, PerLane<const float> update,
                    PerLane<float> gradient) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (states[lane].samples == 0) {
            continue;
        }
        const float* u = update[lane].get();
        float* g = gradient[lane].get();
        for_tiles(frozen, [&](std::size_t begin, std::size_t count, const float* weights) {
            for (std::size_t i = begin; i < begin + count; ++i) {
                g[i] = formula::score_gradient(g[i], weights[i - begin], global[i] + u[i], rate);
            }
        });
    }
}

void pack_scores(Device&, std::span<const MaskSource> clients, std::size_t elements,
                 const float* global) {
    std::uint32_t words[tile_size];
    for (const MaskSource& client : clients) {
        for (std::size_t first = 0; first < elements; first += 32) {
            if (first % tile_size == 0) {
                random_tile(client.seed, first / tile_size, 0, formula::purpose_final_mask, words);
            }
            client.words.get()[first / 32] =
                packed_word(client, global, first, std::min<std::size_t>(32, elements - first),
                            words + first % tile_size);
        }
    }
}

void posterior_scores(Device&, const std::uint64_t* ones, std::uint32_t clients,
                      std::size_t elements, const float* global, double* mean) {
    for (std::size_t i = 0; i < elements; ++i) {
        mean[i] = formula::posterior_score(static_cast<std::uint32_t>(ones[i]), clients) -
                  static_cast<double>(global[i]);
    }
}

} // namespace

void scores_contracts(Backend& backend) {
    backend.set(kernels::score_weights, score_weights);
    backend.set(kernels::mean_score_weights, mean_score_weights);
    backend.set(kernels::score_gradient, score_gradient);
    backend.set(kernels::pack_scores, pack_scores);
    backend.set(kernels::posterior_scores, posterior_scores);
}

} // namespace fedmrn::kernels::cpu
