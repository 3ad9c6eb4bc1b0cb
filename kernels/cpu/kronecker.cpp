// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/kronecker.hpp"

#include <algorithm>
#include <vector>

#include "kernels/random_tile.hpp"

namespace fedmrn::kernels::cpu {
namespace {

std::vector<float> frozen(const KroneckerShape& shape, std::uint64_t seed, bool second) {
    std::vector<float> values(shape.factor());
    std::uint32_t words[formula::tile];
    for (std::size_t begin = 0; begin < values.size(); begin += formula::tile) {
        random_tile(seed, begin / formula::tile, formula::frozen_step(shape.tensor, second),
                    formula::purpose_kronecker, words);
        const std::size_t count = std::min<std::size_t>(formula::tile, values.size() - begin);
        for (std::size_t i = 0; i < count; ++i) {
            values[begin + i] = formula::frozen_uniform(words[i], shape.unit);
        }
    }
    return values;
}

/// The frozen factors of one seed.
struct Frozen {
    Frozen(const KroneckerShape& shape, std::uint64_t seed)
        : l1(frozen(shape, seed, false)), r2(frozen(shape, seed, true)) {}
    std::vector<float> l1, r2;
};

/// put(element, value of D) for every element: rows of `side` neighbours, which share L's element.
template <class Put>
void for_elements(const KroneckerShape& shape, const Frozen& frozen, const float* factors,
                  const Put& put) {
    const float *r1 = factors, *l2 = factors + shape.factor();
    for (std::size_t begin = 0; begin < shape.elements; begin += shape.side) {
        const auto [left, right] = formula::kronecker_place(begin, shape.side);
        const std::size_t count = std::min(shape.side, shape.elements - begin);
        for (std::size_t n = 0; n < count; ++n) {
            put(begin + n, formula::kronecker_value(frozen.l1[left], r1[right + n], l2[left],
                                                    frozen.r2[right + n]));
        }
    }
}

void gradient_of_lane(const KroneckerShape& shape, const Frozen& frozen, float* gradient) {
    std::vector<float> values(shape.values());
    float *r1 = values.data(), *l2 = r1 + shape.factor();
    for (std::size_t begin = 0; begin < shape.elements; begin += shape.side) {
        const auto [left, right] = formula::kronecker_place(begin, shape.side);
        const std::size_t count = std::min(shape.side, shape.elements - begin);
        float sum = l2[left];
        for (std::size_t n = 0; n < count; ++n) {
            const float g = gradient[begin + n];
            r1[right + n] = formula::plus_product(r1[right + n], g, frozen.l1[left]);
            sum = formula::plus_product(sum, g, frozen.r2[right + n]);
        }
        l2[left] = sum;
    }
    std::copy(values.begin(), values.end(), gradient);
    std::fill(gradient + values.size(), gradient + shape.elements, 0.0f);
}

void kronecker_weights(Device&, const KroneckerShape& shape, const std::uint64_t* seed,
                       std::size_t lanes, const LaneState* states, const float* global,
                       PerLane<const float> factors, PerLane<float> weights) {
    const Frozen frozen(shape, *seed);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (states[lane].samples != 0) {
            float* w = weights[lane].get();
            for_elements(shape, frozen, factors[lane].get(),
                         [&](std::size_t i, float value) { w[i] = global[i] + value; });
        }
    }
}

void kronecker_gradient(Device&, const KroneckerShape& shape, const std::uint64_t* seed,
                        std::size_t lanes, const LaneState* states, PerLane<float> gradient) {
    const Frozen frozen(shape, *seed);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (states[lane].samples != 0) {
            gradient_of_lane(shape, frozen, gradient[lane].get());
        }
    }
}

void multiply_kronecker(Device&, const KroneckerShape& shape,
                        std::span<const KroneckerProduct> clients) {
    for (const KroneckerProduct& client : clients) {
        float* update = client.update.get();
        for_elements(shape, Frozen(shape, client.seed), client.factors.get(),
                     [&](std::size_t i, float value) { update[i] = value; });
    }
}

} // namespace

void kronecker_contracts(Backend& backend) {
    backend.set(kernels::kronecker_weights, kronecker_weights);
    backend.set(kernels::kronecker_gradient, kronecker_gradient);
    backend.set(kernels::multiply_kronecker, multiply_kronecker);
}

} // namespace fedmrn::kernels::cpu
