// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/mask.hpp"

#include <algorithm>

#include "kernels/random_tile.hpp"

namespace fedmrn::kernels::cpu {
namespace {

using formula::MaskShape;
using formula::NoiseShape;
constexpr std::size_t tile_size = formula::tile;

/// Calls body<mask, noise>() for a rule, so that the choice is made once and not an element.
template <class Body> void for_rule(MaskShape mask, NoiseShape noise, const Body& body) {
    const auto with_mask = [&]<MaskShape m>() {
        switch (noise) {
        case NoiseShape::uniform:
            return body.template operator()<m, NoiseShape::uniform>();
        case NoiseShape::gaussian:
            return body.template operator()<m, NoiseShape::gaussian>();
        case NoiseShape::bernoulli:
            return body.template operator()<m, NoiseShape::bernoulli>();
        }
    };
    if (mask == MaskShape::binary) {
        with_mask.template operator()<MaskShape::binary>();
    } else {
        with_mask.template operator()<MaskShape::plusminus>();
    }
}

template <NoiseShape shape>
void noise_tile(const formula::NoiseRule& rule, std::uint64_t seed, std::size_t tile,
                std::int32_t* __restrict__ grid) {
    std::uint32_t words[tile_size];
    random_tile(seed, tile, 0, formula::purpose_noise, words);
    for (std::size_t i = 0; i < tile_size; ++i) {
        grid[i] = formula::noise_grid<shape>(rule.floor, words[i]);
    }
}

template <MaskShape mask, NoiseShape shape>
void mask_lane(const MaskRule& rule, formula::NoiseRule noise, const LaneState& state,
               std::size_t elements, const float* __restrict__ global,
               const float* __restrict__ update, float* __restrict__ weights) {
    const std::uint32_t progress =
        rule.progressive ? formula::progress(state.step + 1, state.steps) : formula::certain;
    const float unit = noise.unit;
    const bool stochastic = rule.stochastic;
    std::uint32_t words[tile_size];
    std::int32_t grid[tile_size];
    for (std::size_t begin = 0; begin < elements; begin += tile_size) {
        noise_tile<shape>(noise, state.seed, begin / tile_size, grid);
        random_tile(state.seed, begin / tile_size, state.step + 1, formula::purpose_mask, words);
        const std::size_t count = std::min(tile_size, elements - begin);
        for (std::size_t i = 0; i < count; ++i) {
            weights[begin + i] =
                global[begin + i] + formula::progressive_update<mask>(
                                        update[begin + i], formula::noise_value(unit, grid[i]),
                                        words[i], progress, stochastic);
        }
    }
}

template <MaskShape mask, NoiseShape shape>
void pack_lane(const MaskRule& rule, std::uint64_t seed, std::size_t elements, const float* update,
               std::uint32_t* packed) {
    std::uint32_t words[tile_size];
    std::int32_t grid[tile_size];
    for (std::size_t begin = 0; begin < elements; begin += tile_size) {
        noise_tile<shape>(rule.noise, seed, begin / tile_size, grid);
        random_tile(seed, begin / tile_size, 0, formula::purpose_final_mask, words);
        for (std::size_t word = begin; word < std::min(begin + tile_size, elements); word += 32) {
            std::uint32_t bits = 0;
            for (std::size_t i = word; i < std::min(word + 32, elements); ++i) {
                const float noise = formula::noise_value(rule.noise.unit, grid[i - begin]);
                const std::uint32_t p = formula::keep_probability<mask>(update[i], noise);
                const bool bit = formula::mask_bit(p, words[i - begin], rule.stochastic);
                bits |= std::uint32_t{bit} << (i - word);
            }
            packed[word / 32] = bits;
        }
    }
}

template <MaskShape mask, NoiseShape shape>
void aggregate_tile(const MaskRule& rule, const PackedMask& client, std::size_t begin,
                    std::size_t count, std::int64_t* __restrict__ sum) {
    std::int32_t grid[tile_size];
    noise_tile<shape>(rule.noise, client.seed, begin / tile_size, grid);
    const auto samples = static_cast<std::int64_t>(client.samples);
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t bit = client.words.get()[(begin + i) / 32] >> (i % 32) & 1;
        sum[i] += samples * grid[i] * (mask == MaskShape::binary ? bit : 2 * bit - 1);
    }
}

void mask_weights(Device&, const MaskRule& rule, const formula::NoiseRule* noise, std::size_t lanes,
                  const LaneState* states, std::size_t elements, const float* global,
                  PerLane<const float> update, PerLane<float> weights) {
    for_rule(rule.mask, rule.noise.shape, [&]<MaskShape mask, NoiseShape shape>() {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            if (states[lane].samples == 0) {
                continue;
            }
            mask_lane<mask, shape>(rule, *noise, states[lane], elements, global, update[lane].get(),
                                   weights[lane].get());
        }
    });
}

void pack_masks(Device&, const MaskRule& rule, std::span<const MaskSource> clients,
                std::size_t elements) {
    for_rule(rule.mask, rule.noise.shape, [&]<MaskShape mask, NoiseShape shape>() {
        for (const MaskSource& client : clients) {
            pack_lane<mask, shape>(rule, client.seed, elements, client.update.get(),
                                   client.words.get());
        }
    });
}

void aggregate_masks(Device&, const MaskRule& rule, std::span<const PackedMask> clients,
                     std::size_t elements, std::int64_t* sum) {
    for_rule(rule.mask, rule.noise.shape, [&]<MaskShape mask, NoiseShape shape>() {
        for (std::size_t begin = 0; begin < elements; begin += tile_size) {
            const std::size_t count = std::min(tile_size, elements - begin);
            for (const PackedMask& client : clients) {
                aggregate_tile<mask, shape>(rule, client, begin, count, sum + begin);
            }
        }
    });
}

void make_noise(Device&, const formula::NoiseRule& rule, std::uint64_t seed, std::size_t elements,
                float* out) {
    for_rule(MaskShape::binary, rule.shape, [&]<MaskShape, NoiseShape shape>() {
        std::int32_t grid[tile_size];
        for (std::size_t begin = 0; begin < elements; begin += tile_size) {
            noise_tile<shape>(rule, seed, begin / tile_size, grid);
            for (std::size_t i = 0; i < std::min(tile_size, elements - begin); ++i) {
                out[begin + i] = formula::noise_value(rule.unit, grid[i]);
            }
        }
    });
}

} // namespace

void mask_contracts(Backend& backend) {
    backend.set(kernels::mask_weights, mask_weights);
    backend.set(kernels::pack_masks, pack_masks);
    backend.set(kernels::aggregate_masks, aggregate_masks);
    backend.set(kernels::make_noise, make_noise);
}

} // namespace fedmrn::kernels::cpu
