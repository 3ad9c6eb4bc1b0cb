// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/low_rank.hpp"

#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "kernels/formula/normal.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/matrices.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

using kernels::FactorShape;
using kernels::MatrixFactors;
using Contract = std::function<void(Device&, const FactorShape&, std::span<const MatrixFactors>)>;

/// Around a warp, a tile and the components that a thread takes at once.
const std::vector<FactorShape> shapes{{1, 1, 1},   {5, 3, 2},   {3, 40, 3},   {31, 33, 4},
                                      {32, 64, 5}, {70, 32, 9}, {129, 31, 8}, {33, 300, 1},
                                      {300, 7, 7}, {64, 100, 4}};

/// Factors of clients on a device; client k's seed is 100 + k.
struct Factors {
    Factors(Device& device, const FactorShape& of, const std::vector<float>& m,
            const std::vector<float>& p0, const std::vector<float>& q0)
        : shape(of), matrix(device, m), p(device, p0), q(device, q0) {
        const std::size_t elements = of.rows * of.columns;
        for (std::size_t k = 0; k * elements < m.size(); ++k) {
            clients.push_back({100 + k, matrix.data() + k * elements,
                               p.data() + k * of.rank * of.rows,
                               q.data() + k * of.rank * of.columns});
        }
    }
    FactorShape shape;
    Buffer<float> matrix, p, q;
    std::vector<MatrixFactors> clients;
};

/// Of `clients` clients, random.
Factors random_factors(Device& device, const FactorShape& s, std::size_t clients,
                       std::uint64_t seed = 1) {
    RandomValues random(seed);
    return {device, s, random.values(clients * s.rows * s.columns),
            random.values(clients * s.rank * s.rows), random.values(clients * s.rank * s.columns)};
}

/// Σ x · y in the order that formula::sum_rows tells, each operation rounded to float.
float ordered_sum(const std::vector<float>& x, const std::vector<float>& y) {
    float partial[32] = {};
    for (std::size_t i = 0; i < x.size(); ++i) {
        const volatile float term = x[i] * y[i];
        const volatile float sum = partial[i % 32] + term;
        partial[i % 32] = sum;
    }
    for (std::size_t half = 16; half > 0; half /= 2) {
        for (std::size_t t = 0; t < half; ++t) partial[t] += partial[t + half];
    }
    return partial[0];
}

FEDMRN_ON_DEVICES(LowRank);

TEST_P(LowRank, ProductsWithFactorsAreTheOrderedSums) {
    for (const FactorShape& s : shapes) {
        Factors rows = random_factors(device, s, 1), columns = random_factors(device, s, 1);
        const auto m = rows.matrix.read(), p = rows.p.read(), q = rows.q.read();
        kernels::multiply_rows(device, s, rows.clients);
        kernels::multiply_columns(device, s, columns.clients);
        const auto mq = rows.p.read(), mtp = columns.q.read();
        for (std::size_t k = 0; k < s.rank; ++k) {
            const float *of_p = p.data() + k * s.rows, *of_q = q.data() + k * s.columns;
            for (std::size_t i = 0; i < s.rows; ++i) {
                const float* row = m.data() + i * s.columns;
                ASSERT_EQ(mq[k * s.rows + i],
                          ordered_sum({row, row + s.columns}, {of_q, of_q + s.columns}));
            }
            for (std::size_t j = 0; j < s.columns; ++j) {
                std::vector<float> column;
                for (std::size_t i = 0; i < s.rows; ++i) column.push_back(m[i * s.columns + j]);
                ASSERT_EQ(mtp[k * s.columns + j], ordered_sum(column, {of_p, of_p + s.rows}));
            }
        }
        EXPECT_TRUE(same_bits(rows.q.read(), q)); // the factor that is read stays
        EXPECT_TRUE(same_bits(columns.p.read(), p));
    }
}

TEST_P(LowRank, TheFactorsProductIsTheSumOverComponents) {
    for (const FactorShape& s : shapes) {
        Factors f = random_factors(device, s, 1);
        Buffer<float> matrix(device, s.rows * s.columns);
        const kernels::FactorProduct one{f.p.data(), f.q.data(), matrix.data()};
        kernels::multiply_factors(device, s, {&one, 1});
        const auto p = f.p.read(), q = f.q.read(), made = matrix.read();
        for (std::size_t i = 0; i < s.rows; ++i) {
            for (std::size_t j = 0; j < s.columns; ++j) {
                float sum = 0;
                for (std::size_t k = 0; k < s.rank; ++k) {
                    const volatile float term = p[k * s.rows + i] * q[k * s.columns + j];
                    sum += term;
                }
                ASSERT_EQ(made[i * s.columns + j], sum);
            }
        }
    }
}

/// Pᵀ·P is the identity to 2⁻²⁰, and P spans what it spanned: each old component is the sum of its
/// shares of the new ones.
TEST_P(LowRank, OrthonormalComponentsSpanTheSame) {
    for (const FactorShape& s : shapes) {
        if (s.rank > s.rows) continue;
        Factors f = random_factors(device, s, 1);
        const Matrix before(s.rank, s.rows, f.p.read().data());
        kernels::orthonormalise(device, s, f.clients);
        const Matrix after(s.rank, s.rows, f.p.read().data());
        const Matrix gram = product(after, transposed(after));
        for (std::size_t a = 0; a < s.rank; ++a) {
            for (std::size_t b = 0; b < s.rank; ++b) {
                ASSERT_NEAR(gram.at(a, b), a == b ? 1.0 : 0.0, 0x1p-20);
            }
        }
        const Matrix again = product(product(before, transposed(after)), after);
        EXPECT_TRUE(close(again.values, before.values, 1e-5));
    }
}

/// Components that differ in one part in 10⁴ keep 13 bits after one sweep; two make up for it.
TEST_P(LowRank, NearlyEqualComponentsBecomeOrthogonal) {
    constexpr std::size_t rows = 500, rank = 4;
    RandomValues random(2);
    const auto common = random.values(rows);
    std::vector<float> p;
    for (std::size_t k = 0; k < rank; ++k) {
        for (const float x : common) p.push_back(x + random.value(1e-4));
    }
    Factors f(device, {rows, 1, rank}, std::vector<float>(rows), p, std::vector<float>(rank));
    kernels::orthonormalise(device, f.shape, f.clients);
    const Matrix after(rank, rows, f.p.read().data());
    const Matrix gram = product(after, transposed(after));
    for (std::size_t a = 0; a < rank; ++a) {
        for (std::size_t b = 0; b < rank; ++b) {
            ASSERT_NEAR(gram.at(a, b), a == b ? 1.0 : 0.0, 0x1p-20);
        }
    }
}

/// Zeros stay; twice another component, or the sum of two, leaves nothing; what comes after such a
/// component is not disturbed.
TEST_P(LowRank, WhatEarlierComponentsSpanBecomesZeros) {
    constexpr std::size_t rows = 100, rank = 6;
    RandomValues random(3);
    auto p = random.values(rank * rows);
    for (std::size_t i = 0; i < rows; ++i) {
        p[1 * rows + i] = 0.0f;
        p[3 * rows + i] = 2.0f * p[i];
        p[4 * rows + i] = p[i] + p[2 * rows + i];
    }
    Factors f(device, {rows, 1, rank}, std::vector<float>(rows), p, std::vector<float>(rank));
    kernels::orthonormalise(device, f.shape, f.clients);
    const Matrix after(rank, rows, f.p.read().data());
    const Matrix gram = product(after, transposed(after));
    for (std::size_t k = 0; k < rank; ++k) {
        const bool none = k == 1 || k == 3 || k == 4;
        EXPECT_NEAR(gram.at(k, k), none ? 0.0 : 1.0, none ? 0.0 : 0x1p-20) << k;
        for (std::size_t other = 0; other < k; ++other) {
            EXPECT_NEAR(gram.at(k, other), 0.0, 0x1p-20);
        }
    }
}

/// A diverged client's factor is not made sane: its message is then refused.
TEST_P(LowRank, ComponentsThatAreNotFiniteStayNotFinite) {
    for (const float bad :
         {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        std::vector<float> p = RandomValues(4).values(64);
        p[40] = bad;
        Factors f(device, {32, 1, 2}, std::vector<float>(32), p, std::vector<float>(2));
        kernels::orthonormalise(device, f.shape, f.clients);
        const auto after = f.p.read();
        EXPECT_TRUE(std::isfinite(after[0]));
        EXPECT_FALSE(std::isfinite(after[40]));
    }
}

TEST_P(LowRank, FactorsStartAsTheNormalValuesOfTheirElements) {
    const FactorShape s{3, 333, 3};
    Factors f = random_factors(device, s, 2);
    kernels::start_factors(device, s, 5, f.clients);
    const auto q = f.q.read();
    for (std::size_t k = 0; k < 2; ++k) {
        for (std::uint64_t i = 0; i < s.rank * s.columns; ++i) {
            const std::uint32_t word =
                formula::element_word(100 + k, i, 5, formula::purpose_factor);
            ASSERT_EQ(q[k * s.rank * s.columns + i], formula::normal_quantile(word));
        }
    }
}

/// Kolmogorov's distance from N(0, 1) at 0.9999, of several tensors and clients.
TEST_P(LowRank, FactorsStartNormal) {
    const FactorShape s{1, 5000, 4};
    for (std::uint32_t tensor = 0; tensor < 3; ++tensor) {
        Factors f = random_factors(device, s, 1);
        kernels::start_factors(device, s, tensor, f.clients);
        EXPECT_LT(
            kolmogorov_distance(widened(f.q.read()),
                                [](double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }),
            kolmogorov_9999);
    }
}

TEST_P(LowRank, ClientsOfOneCallAreAsAlone) {
    const Contract contracts[] = {
        [](Device& d, const FactorShape& s, std::span<const MatrixFactors> clients) {
            kernels::start_factors(d, s, 2, clients);
        },
        std::cref(kernels::multiply_rows), std::cref(kernels::multiply_columns),
        std::cref(kernels::orthonormalise)};
    for (const FactorShape& s : {FactorShape{5, 40, 3}, FactorShape{70, 33, 5}}) {
        for (const Contract& contract : contracts) {
            Factors together = random_factors(device, s, 3), alone = random_factors(device, s, 3);
            contract(device, s, together.clients);
            for (const MatrixFactors& client : alone.clients) contract(device, s, {&client, 1});
            EXPECT_TRUE(same_bits(together.p.read(), alone.p.read()));
            EXPECT_TRUE(same_bits(together.q.read(), alone.q.read()));
        }
    }
}

TEST_P(LowRank, NoClientsAreNoWork) {
    const FactorShape s{4, 5, 2};
    kernels::start_factors(device, s, 0, {});
    kernels::multiply_rows(device, s, {});
    kernels::multiply_columns(device, s, {});
    kernels::orthonormalise(device, s, {});
    EXPECT_NO_THROW(kernels::multiply_factors(device, s, {}));
}

} // namespace
} // namespace fedmrn::test
