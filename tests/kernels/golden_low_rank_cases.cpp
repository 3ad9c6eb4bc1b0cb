// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>

#include "golden_bits.hpp"
#include "golden_inputs.hpp"
#include "kernels/frozen_factor.hpp"
#include "kernels/kronecker.hpp"
#include "kernels/low_rank.hpp"

namespace fedmrn::test {
namespace {

constexpr std::uint64_t seed = 0xF0E1D2C3B4A59687;
constexpr float unit = 0x1p-23f;

/// A matrix of about n elements, four times as wide as high.
kernels::FactorShape wide_matrix(std::size_t n, std::size_t rank) {
    const auto rows = static_cast<std::size_t>(std::sqrt(static_cast<double>(n))) / 2 + 1;
    return {rows, n / rows, std::min({rank, rows, n / rows})};
}

using Contract = std::function<void(Device&, const kernels::FactorShape&,
                                    std::span<const kernels::MatrixFactors>)>;

void start(Device& device, const kernels::FactorShape& shape,
           std::span<const kernels::MatrixFactors> clients) {
    kernels::start_factors(device, shape, 3, clients);
}

/// What a contract makes of P and Q. The last component of P is the sum of the first two.
std::uint64_t factor_hash(Device& device, const Contract& contract, std::size_t n) {
    const kernels::FactorShape shape = wide_matrix(n, 6);
    auto rows = input_values(shape.rank * shape.rows, 2, unit);
    for (std::size_t i = 0; shape.rank > 2 && i < shape.rows; ++i) {
        rows[(shape.rank - 1) * shape.rows + i] = rows[i] + rows[shape.rows + i];
    }
    const Buffer<float> matrix(device, input_values(shape.rows * shape.columns, 1, unit));
    Buffer<float> p(device, rows), q(device, input_values(shape.rank * shape.columns, 3, unit));
    const kernels::MatrixFactors one{seed, matrix.data(), p.data(), q.data()};
    contract(device, shape, {&one, 1});
    Fnv fnv;
    fnv.add(p);
    fnv.add(q);
    return fnv.value();
}

std::uint64_t product_hash(Device& device, std::size_t n) {
    const kernels::FactorShape shape = wide_matrix(n, 6);
    const Buffer<float> p(device, input_values(shape.rank * shape.rows, 1, unit));
    const Buffer<float> q(device, input_values(shape.rank * shape.columns, 2, unit));
    Buffer<float> matrix(device, shape.rows * shape.columns);
    const kernels::FactorProduct one{p.data(), q.data(), matrix.data()};
    kernels::multiply_factors(device, shape, {&one, 1});
    return hash_of(matrix);
}

kernels::FrozenShape frozen(bool wide, std::size_t n) {
    const kernels::FactorShape shape = wide_matrix(n, n);
    const std::size_t larger = std::max(shape.rows, shape.columns);
    return {wide ? shape.rows : shape.columns, wide ? shape.columns : shape.rows,
            std::min<std::size_t>(larger, wide ? 130 : 37), 3, 0.1f};
}

std::uint64_t frozen_weights_hash(Device& device, bool wide, std::size_t n) {
    const kernels::FrozenShape shape = frozen(wide, n);
    const std::size_t elements = shape.rows * shape.columns;
    const Buffer<LaneState> states(device, std::vector<LaneState>{{}, {seed, 0, 64, 0, 1, 7}});
    const Buffer<float> global(device, input_values(elements, 1, unit));
    const Buffer<float> factor(device, input_values(2 * shape.values(), 2, unit));
    Buffer<float> weights(device, 2 * elements);
    kernels::frozen_weights(device, shape, 2, states.data(), global.data(),
                            {factor.data(), shape.values()}, {weights.data(), elements});
    return hash_of(weights);
}

std::uint64_t frozen_gradient_hash(Device& device, bool wide, std::size_t n) {
    const kernels::FrozenShape shape = frozen(wide, n);
    const std::size_t elements = shape.rows * shape.columns;
    const Buffer<LaneState> states(device, std::vector<LaneState>{{}, {seed, 0, 64, 0, 1, 7}});
    Buffer<float> gradient(device, input_values(2 * elements, 1, unit));
    kernels::frozen_gradient(device, shape, 2, states.data(), {gradient.data(), elements});
    return hash_of(gradient);
}

std::uint64_t frozen_product_hash(Device& device, bool wide, std::size_t n) {
    const kernels::FrozenShape shape = frozen(wide, n);
    const Buffer<float> factor(device, input_values(shape.values(), 1, unit));
    Buffer<float> matrix(device, shape.rows * shape.columns);
    const kernels::FrozenProduct one{seed, factor.data(), matrix.data()};
    kernels::multiply_frozen(device, shape, {&one, 1});
    return hash_of(matrix);
}

/// Of about n elements, the last term not whole.
kernels::KroneckerShape kronecker(std::size_t n) {
    const std::size_t elements = std::max<std::size_t>(n, 37), side = n < 4000 ? 2 : 5;
    const std::size_t whole = side * side * side * side;
    return {elements, (elements + whole - 1) / whole, side, 3, 5.0f * 0x1p-24f};
}

std::uint64_t kronecker_weights_hash(Device& device, std::size_t n) {
    const kernels::KroneckerShape shape = kronecker(n);
    const Buffer<std::uint64_t> key(device, std::vector<std::uint64_t>{seed});
    const Buffer<LaneState> states(device, std::vector<LaneState>{{}, {seed, 0, 64, 0, 1, 7}});
    const Buffer<float> global(device, input_values(shape.elements, 1, unit));
    const Buffer<float> factors(device, input_values(2 * shape.values(), 2, unit));
    Buffer<float> weights(device, 2 * shape.elements);
    kernels::kronecker_weights(device, shape, key.data(), 2, states.data(), global.data(),
                               {factors.data(), shape.values()}, {weights.data(), shape.elements});
    return hash_of(weights);
}

std::uint64_t kronecker_gradient_hash(Device& device, std::size_t n) {
    const kernels::KroneckerShape shape = kronecker(n);
    const Buffer<std::uint64_t> key(device, std::vector<std::uint64_t>{seed});
    const Buffer<LaneState> states(device, std::vector<LaneState>{{}, {seed, 0, 64, 0, 1, 7}});
    Buffer<float> gradient(device, input_values(2 * shape.elements, 1, unit));
    kernels::kronecker_gradient(device, shape, key.data(), 2, states.data(),
                                {gradient.data(), shape.elements});
    return hash_of(gradient);
}

std::uint64_t kronecker_product_hash(Device& device, std::size_t n) {
    const kernels::KroneckerShape shape = kronecker(n);
    const Buffer<float> factors(device, input_values(shape.values(), 1, unit));
    Buffer<float> update(device, shape.elements);
    const kernels::KroneckerProduct one{seed, factors.data(), update.data()};
    kernels::multiply_kronecker(device, shape, {&one, 1});
    return hash_of(update);
}

} // namespace

void add_low_rank_cases(std::vector<GoldenCase>& cases) {
    const auto add = [&](const std::string& name, auto hash) { cases.push_back({name, hash}); };
    const auto of_factors = [&](const std::string& name, const Contract& contract) {
        add(name, [=](Device& device, std::size_t n) { return factor_hash(device, contract, n); });
    };
    of_factors("start_factors", start);
    of_factors("multiply_rows", std::cref(kernels::multiply_rows));
    of_factors("multiply_columns", std::cref(kernels::multiply_columns));
    of_factors("orthonormalise", std::cref(kernels::orthonormalise));
    add("multiply_factors", product_hash);
    add("kronecker_weights", kronecker_weights_hash);
    add("kronecker_gradient", kronecker_gradient_hash);
    add("multiply_kronecker", kronecker_product_hash);
    for (const bool wide : {true, false}) {
        const std::string name = wide ? " wide" : " tall";
        add("frozen_weights" + name,
            [=](Device& device, std::size_t n) { return frozen_weights_hash(device, wide, n); });
        add("frozen_gradient" + name,
            [=](Device& device, std::size_t n) { return frozen_gradient_hash(device, wide, n); });
        add("multiply_frozen" + name,
            [=](Device& device, std::size_t n) { return frozen_product_hash(device, wide, n); });
    }
}

} // namespace fedmrn::test
