// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/frozen_factor.hpp"

#include <vector>

#include "kernels/cpu/factors.hpp"
#include "kernels/formula/key.hpp"

namespace fedmrn::kernels::cpu {
namespace {

/// The frozen factor's signs as ±1, [rank, larger]: a product with them is exact.
std::vector<float> signs_of(const FrozenShape& shape, std::uint64_t seed) {
    constexpr std::size_t per_block = formula::signs_per_block;
    const std::size_t larger = shape.larger();
    std::vector<float> signs(shape.rank * larger);
    std::vector<std::uint32_t> words(4 * larger);
    for (std::size_t begin = 0; begin < shape.rank; begin += per_block) {
        for (std::size_t i = 0; i < larger; ++i) {
            const formula::Words block = formula::philox(seed, formula::sign_block(i, begin),
                                                         shape.tensor, formula::purpose_frozen);
            for (std::size_t w = 0; w < 4; ++w) {
                words[w * larger + i] = block.w[w];
            }
        }
        for (std::size_t k = begin; k < std::min(begin + per_block, shape.rank); ++k) {
            const std::uint32_t* of_word = words.data() + k % per_block / 32 * larger;
            for (std::size_t i = 0; i < larger; ++i) {
                signs[k * larger + i] = formula::signed_by(of_word[i], k % 32, 1.0f);
            }
        }
    }
    return signs;
}

/// put(element, value of A·B) for every element of the matrix.
template <class Put>
void for_frozen(const FrozenShape& shape, std::uint64_t seed, const float* factor, const Put& put) {
    const std::vector<float> signs = signs_of(shape, seed);
    const bool wide = shape.is_wide();
    for_products(shape.rows, shape.columns, shape.rank, wide ? factor : signs.data(),
                 wide ? signs.data() : factor,
                 [&](std::size_t at, float sum) { put(at, shape.scale * sum); });
}

void gradient_of_lane(const FrozenShape& shape, std::uint64_t seed, float* gradient) {
    const std::vector<float> signs = signs_of(shape, seed);
    std::vector<float> values(shape.values());
    if (shape.is_wide()) {
        for (std::size_t i = 0; i < shape.rows; ++i) {
            const float* row = gradient + i * shape.columns;
            for (std::size_t k = 0; k < shape.rank; ++k) {
                values[k * shape.rows + i] =
                    shape.scale * dot<float>(row, signs.data() + k * shape.columns, shape.columns);
            }
        }
    } else {
        for_tiles(shape.columns, [&]<std::size_t width>(std::size_t j) {
            for (std::size_t k = 0; k < shape.rank; ++k) {
                float sum[width];
                column_sums(shape.rows, shape.columns, gradient + j, signs.data() + k * shape.rows,
                            sum);
                for (std::size_t w = 0; w < width; ++w) {
                    values[k * shape.columns + j + w] = shape.scale * sum[w];
                }
            }
        });
    }
    std::copy(values.begin(), values.end(), gradient);
    std::fill(gradient + values.size(), gradient + shape.rows * shape.columns, 0.0f);
}

void frozen_weights(Device&, const FrozenShape& shape, std::size_t lanes, const LaneState* states,
                    const float* global, PerLane<const float> factor, PerLane<float> weights) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (states[lane].samples == 0) {
            continue;
        }
        float* w = weights[lane].get();
        for_frozen(shape, states[lane].seed, factor[lane].get(),
                   [&](std::size_t at, float value) { w[at] = global[at] + value; });
    }
}

void frozen_gradient(Device&, const FrozenShape& shape, std::size_t lanes, const LaneState* states,
                     PerLane<float> gradient) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (states[lane].samples != 0) {
            gradient_of_lane(shape, states[lane].seed, gradient[lane].get());
        }
    }
}

void multiply_frozen(Device&, const FrozenShape& shape, std::span<const FrozenProduct> clients) {
    for (const FrozenProduct& client : clients) {
        for_frozen(shape, client.seed, client.factor.get(),
                   [&](std::size_t at, float value) { client.matrix.get()[at] = value; });
    }
}

} // namespace

void frozen_factor_contracts(Backend& backend) {
    backend.set(kernels::frozen_weights, frozen_weights);
    backend.set(kernels::frozen_gradient, frozen_gradient);
    backend.set(kernels::multiply_frozen, multiply_frozen);
}

} // namespace fedmrn::kernels::cpu
