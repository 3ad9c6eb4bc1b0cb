// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include "kernels/formula/low_rank.hpp"

// The three products of a matrix and its factors. Factors lie a component after another. Loops of
// known length, over neighbouring results or partial sums, are what becomes vector code.
namespace fedmrn::kernels::cpu {

/// body.operator()<width>(j) for tiles of 32, 8 and at the end single columns from j on.
template <class Body> void for_tiles(std::size_t columns, const Body& body) {
    std::size_t j = 0;
    for (; j + 32 <= columns; j += 32) {
        body.template operator()<32>(j);
    }
    for (; j + 8 <= columns; j += 8) {
        body.template operator()<8>(j);
    }
    for (; j < columns; ++j) {
        body.template operator()<1>(j);
    }
}

/// Σ_i a[i] · b[i], products and sums in T.
template <class T> T dot(const float* __restrict__ a, const float* __restrict__ b, std::size_t n) {
    constexpr std::size_t rows = formula::sum_rows;
    T partial[rows] = {};
    std::size_t i = 0;
    for (; i + rows <= n; i += rows) {
        for (std::size_t t = 0; t < rows; ++t) {
            partial[t] += static_cast<T>(a[i + t]) * static_cast<T>(b[i + t]);
        }
    }
    for (std::size_t t = 0; i + t < n; ++t) {
        partial[t] += static_cast<T>(a[i + t]) * static_cast<T>(b[i + t]);
    }
    for (std::size_t half = rows / 2; half > 0; half /= 2) {
        for (std::size_t t = 0; t < half; ++t) {
            partial[t] += partial[t + half];
        }
    }
    return partial[0];
}

/// sum[j] = Σ_i m[i · columns + j] · p[i], of `width` columns.
template <std::size_t width>
void column_sums(std::size_t rows, std::size_t columns, const float* __restrict__ m,
                 const float* __restrict__ p, float (&sum)[width]) {
    float partial[formula::sum_rows][width];
    for (std::size_t t = 0; t < formula::sum_rows; ++t) {
        float own[width] = {};
        for (std::size_t i = t; i < rows; i += formula::sum_rows) {
            for (std::size_t j = 0; j < width; ++j) {
                own[j] += m[i * columns + j] * p[i];
            }
        }
        std::copy(own, own + width, partial[t]);
    }
    for (std::size_t half = formula::sum_rows / 2; half > 0; half /= 2) {
        for (std::size_t t = 0; t < half; ++t) {
            for (std::size_t j = 0; j < width; ++j) {
                partial[t][j] += partial[t + half][j];
            }
        }
    }
    std::copy(partial[0], partial[0] + width, sum);
}

/// put(i · columns + j, Σ_k p[k, i] · q[k, j]) for every element of a matrix.
template <class Put>
void for_products(std::size_t rows, std::size_t columns, std::size_t rank, const float* p,
                  const float* q, const Put& put) {
    for_tiles(columns, [&]<std::size_t width>(std::size_t j) {
        for (std::size_t i = 0; i < rows; ++i) {
            float sum[width] = {};
            for (std::size_t k = 0; k < rank; ++k) {
                const float factor = p[k * rows + i];
                for (std::size_t w = 0; w < width; ++w) {
                    sum[w] += factor * q[k * columns + j + w];
                }
            }
            for (std::size_t w = 0; w < width; ++w) {
                put(i * columns + j + w, sum[w]);
            }
        }
    });
}

} // namespace fedmrn::kernels::cpu
