// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/low_rank.hpp"

#include "bench/support/counters.hpp"
#include "kernels/frozen_factor.hpp"

// CNN4's largest tensor, a matrix of 256 × 1152, through factors. Arguments: clients or lanes, rank
// (4: PowerSGD's; 36: FedMUD's of one bit a weight).
namespace fedmrn::bench {
namespace {

constexpr std::size_t rows = 256, columns = 1152, elements = rows * columns;

kernels::FactorShape shape_of(const benchmark::State& state) {
    return {rows, columns, static_cast<std::size_t>(state.range(1))};
}

kernels::FrozenShape frozen_of(const benchmark::State& state) {
    return {rows, columns, static_cast<std::size_t>(state.range(1)), 3, 0.03f};
}

/// A matrix in or out, multiplied with a factor; the factors themselves are small.
void count_product(benchmark::State& state, double matrices, double seconds) {
    const double all = static_cast<double>(elements) * static_cast<double>(state.range(0));
    count(state,
          {.bytes = 4 * matrices * all,
           .elements = all,
           .flops = 2 * all * static_cast<double>(state.range(1))},
          seconds);
}

using Contract = std::function<void(Device&, const kernels::FactorShape&,
                                    std::span<const kernels::MatrixFactors>)>;

/// Seconds of a call on clients with random matrices and factors.
double measure_factors(benchmark::State& state, const Contract& contract) {
    const auto clients = static_cast<std::size_t>(state.range(0));
    const kernels::FactorShape shape = shape_of(state);
    const Buffer<float> matrices = random_array(clients * elements);
    Buffer<float> p = random_array(clients * shape.rank * rows);
    Buffer<float> q = random_array(clients * shape.rank * columns);
    std::vector<kernels::MatrixFactors> factors;
    for (std::size_t k = 0; k < clients; ++k) {
        factors.push_back({k, matrices.data() + k * elements, p.data() + k * shape.rank * rows,
                           q.data() + k * shape.rank * columns});
    }
    return measure_calls(state, [&] { contract(device(), shape, factors); });
}

void multiply_rows(benchmark::State& state) {
    count_product(state, 1, measure_factors(state, std::cref(kernels::multiply_rows)));
}
void multiply_columns(benchmark::State& state) {
    count_product(state, 1, measure_factors(state, std::cref(kernels::multiply_columns)));
}
void orthonormalise(benchmark::State& state) {
    const double seconds = measure_factors(state, std::cref(kernels::orthonormalise));
    const auto values = static_cast<double>(rows * state.range(1) * state.range(0));
    count(state, {.elements = values}, seconds);
}

void multiply_factors(benchmark::State& state) {
    const auto clients = static_cast<std::size_t>(state.range(0));
    const kernels::FactorShape shape = shape_of(state);
    const Buffer<float> p = random_array(shape.rank * rows), q = random_array(shape.rank * columns);
    Buffer<float> matrices(device(), clients * elements);
    std::vector<kernels::FactorProduct> products;
    for (std::size_t k = 0; k < clients; ++k) {
        products.push_back({p.data(), q.data(), matrices.data() + k * elements});
    }
    const double seconds =
        measure_calls(state, [&] { kernels::multiply_factors(device(), shape, products); });
    count_product(state, 1, seconds);
}

void frozen_weights(benchmark::State& state) {
    const auto lanes = static_cast<std::size_t>(state.range(0));
    const kernels::FrozenShape shape = frozen_of(state);
    const Buffer<LaneState> states = busy_lanes(lanes);
    const Buffer<float> global = random_array(elements);
    const Buffer<float> factor = random_array(lanes * shape.values());
    Buffer<float> weights(device(), lanes * elements);
    const double seconds = measure(state, [&] {
        kernels::frozen_weights(device(), shape, lanes, states.data(), global.data(),
                                {factor.data(), shape.values()}, {weights.data(), elements});
    });
    count_product(state, 2, seconds);
}

void frozen_gradient(benchmark::State& state) {
    const auto lanes = static_cast<std::size_t>(state.range(0));
    kernels::FrozenShape shape = frozen_of(state);
    shape.scale = 1; // in place, call after call: values grow, subnormal ones would cost more
    const Buffer<LaneState> states = busy_lanes(lanes);
    Buffer<float> gradient = random_array(lanes * elements);
    const double seconds = measure(state, [&] {
        kernels::frozen_gradient(device(), shape, lanes, states.data(),
                                 {gradient.data(), elements});
    });
    count_product(state, 2, seconds); // in and out
}

const Register all([] {
    const std::vector<std::int64_t> cohort{10}, power{4}, frozen{36};
    const auto factors = [&](const char* name, void (*function)(benchmark::State&)) {
        add(name, function)->ArgNames({"clients", "rank"})->ArgsProduct({cohort, power});
    };
    factors("multiply_rows", multiply_rows);
    factors("multiply_columns", multiply_columns);
    factors("orthonormalise", orthonormalise);
    factors("multiply_factors", multiply_factors);
    const std::vector<std::int64_t> lanes =
        on_cpu() ? std::vector<std::int64_t>{1} : std::vector<std::int64_t>{1, 32};
    add("frozen_weights", frozen_weights)
        ->ArgNames({"lanes", "rank"})
        ->ArgsProduct({lanes, frozen});
    add("frozen_gradient", frozen_gradient)
        ->ArgNames({"lanes", "rank"})
        ->ArgsProduct({lanes, frozen});
});

} // namespace
} // namespace fedmrn::bench
