// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/formula/key.hpp"

/// Matrices in float64 for tests, and the factors of kernels/low_rank.hpp read as it tells them.
namespace fedmrn::test {

using Values = std::vector<double>;

struct Matrix {
    std::size_t rows = 0, columns = 0;
    Values values;
    Matrix() = default;
    Matrix(std::size_t m, std::size_t n) : rows(m), columns(n), values(m * n) {}
    template <class T>
    Matrix(std::size_t m, std::size_t n, const T* first)
        : rows(m), columns(n), values(first, first + m * n) {}
    double& at(std::size_t i, std::size_t j) { return values[i * columns + j]; }
    [[nodiscard]] double at(std::size_t i, std::size_t j) const { return values[i * columns + j]; }
};

inline Matrix transposed(const Matrix& a) {
    Matrix t(a.columns, a.rows);
    for (std::size_t i = 0; i < a.rows; ++i) {
        for (std::size_t j = 0; j < a.columns; ++j) t.at(j, i) = a.at(i, j);
    }
    return t;
}

inline Matrix product(const Matrix& a, const Matrix& b) {
    Matrix c(a.rows, b.columns);
    for (std::size_t i = 0; i < a.rows; ++i) {
        for (std::size_t k = 0; k < a.columns; ++k) {
            for (std::size_t j = 0; j < b.columns; ++j) c.at(i, j) += a.at(i, k) * b.at(k, j);
        }
    }
    return c;
}

inline double square(const Values& values) {
    double sum = 0;
    for (const double v : values) sum += v * v;
    return sum;
}

inline double square_distance(const Values& a, const Values& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

/// The squares of the singular values, falling, by one-sided Jacobi rotations (Hestenes, 1958): the
/// columns are turned in pairs until all are orthogonal; their squares are then the answer.
inline Values singular_squares(Matrix a) {
    if (a.columns > a.rows) a = transposed(a);
    bool turned = true;
    for (int sweep = 0; turned && sweep < 60; ++sweep) {
        turned = false;
        for (std::size_t p = 0; p < a.columns; ++p) {
            for (std::size_t q = p + 1; q < a.columns; ++q) {
                double pp = 0, qq = 0, pq = 0;
                for (std::size_t i = 0; i < a.rows; ++i) {
                    pp += a.at(i, p) * a.at(i, p);
                    qq += a.at(i, q) * a.at(i, q);
                    pq += a.at(i, p) * a.at(i, q);
                }
                if (std::abs(pq) <= 1e-14 * std::sqrt(pp * qq)) continue;
                turned = true;
                const double zeta = (qq - pp) / (2 * pq);
                const double t =
                    std::copysign(1.0, zeta) / (std::abs(zeta) + std::sqrt(1 + zeta * zeta));
                const double c = 1 / std::sqrt(1 + t * t), s = c * t;
                for (std::size_t i = 0; i < a.rows; ++i) {
                    const double x = a.at(i, p), y = a.at(i, q);
                    a.at(i, p) = c * x - s * y;
                    a.at(i, q) = s * x + c * y;
                }
            }
        }
    }
    Values squares;
    const Matrix columns = transposed(a);
    for (std::size_t j = 0; j < a.columns; ++j) {
        const auto first = columns.values.begin() + static_cast<std::ptrdiff_t>(j * a.rows);
        squares.push_back(square({first, first + static_cast<std::ptrdiff_t>(a.rows)}));
    }
    std::sort(squares.rbegin(), squares.rend());
    return squares;
}

/// The frozen factor's signs [rank, larger] as ±1: those of index i and components 128 b … are the
/// bits of Philox block i + 2⁴⁰ b, low words and low bits first.
inline Matrix frozen_signs(std::uint64_t seed, std::uint32_t tensor, std::size_t rank,
                           std::size_t larger) {
    Matrix signs(rank, larger);
    for (std::size_t k = 0; k < rank; ++k) {
        for (std::size_t i = 0; i < larger; ++i) {
            const auto words = formula::philox(seed, i + (std::uint64_t{k / 128} << 40), tensor,
                                               formula::purpose_frozen);
            signs.at(k, i) = (words.w[k % 128 / 32] >> k % 32 & 1U) != 0 ? -1.0 : 1.0;
        }
    }
    return signs;
}

/// scale · A·B [rows, columns] in float64, from B [rank, smaller].
template <class T>
Matrix frozen_product(std::uint64_t seed, std::uint32_t tensor, std::size_t rows,
                      std::size_t columns, std::size_t rank, double scale, const T* b) {
    const bool wide = columns >= rows;
    const Matrix signs = frozen_signs(seed, tensor, rank, std::max(rows, columns));
    const Matrix factor(rank, std::min(rows, columns), b);
    Matrix d = wide ? product(transposed(factor), signs) : product(transposed(signs), factor);
    for (double& value : d.values) value *= scale;
    return d;
}

} // namespace fedmrn::test
