// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/low_rank.hpp"

#include "kernels/cpu/factors.hpp"
#include "kernels/formula/normal.hpp"
#include "kernels/formula/quantize.hpp"
#include "kernels/random_tile.hpp"

namespace fedmrn::kernels::cpu {
namespace {

/// A component [rows] of P without what the `count` earlier ones span, and of norm 1.
void orthonormalise_component(std::size_t rows, const float* earlier, std::size_t count,
                              float* component) {
    const double before = dot<double>(component, component, rows);
    double square = before;
    for (int sweep = 0; sweep < 2 && count != 0; ++sweep) {
        for (std::size_t k = 0; k < count; ++k) {
            const float* other = earlier + k * rows;
            const double share = dot<double>(component, other, rows);
            for (std::size_t i = 0; i < rows; ++i) {
                component[i] = formula::without(component[i], share, other[i]);
            }
        }
        square = dot<double>(component, component, rows);
        if (formula::is_dependent(before, square)) {
            break;
        }
    }
    if (formula::is_dependent(before, square)) { // or of zeros
        std::fill(component, component + rows, 0.0f);
        return;
    }
    const double norm = formula::wide_root(square);
    for (std::size_t i = 0; i < rows; ++i) {
        component[i] = static_cast<float>(static_cast<double>(component[i]) / norm);
    }
}

void start_factors(Device&, const FactorShape& shape, std::uint32_t tensor,
                   std::span<const MatrixFactors> clients) {
    const std::size_t elements = shape.rank * shape.columns;
    std::uint32_t words[formula::tile];
    for (const MatrixFactors& client : clients) {
        for (std::size_t begin = 0; begin < elements; begin += formula::tile) {
            random_tile(client.seed, begin / formula::tile, tensor, formula::purpose_factor, words);
            const std::size_t count = std::min<std::size_t>(formula::tile, elements - begin);
            for (std::size_t i = 0; i < count; ++i) {
                client.q.get()[begin + i] = formula::normal_quantile(words[i]);
            }
        }
    }
}

void multiply_rows(Device&, const FactorShape& shape, std::span<const MatrixFactors> clients) {
    const std::size_t columns = shape.columns;
    for (const MatrixFactors& client : clients) {
        for (std::size_t i = 0; i < shape.rows; ++i) {
            for (std::size_t k = 0; k < shape.rank; ++k) {
                client.p.get()[k * shape.rows + i] = dot<float>(
                    client.matrix.get() + i * columns, client.q.get() + k * columns, columns);
            }
        }
    }
}

void multiply_columns(Device&, const FactorShape& shape, std::span<const MatrixFactors> clients) {
    for (const MatrixFactors& client : clients) {
        for_tiles(shape.columns, [&]<std::size_t width>(std::size_t j) {
            for (std::size_t k = 0; k < shape.rank; ++k) {
                float sum[width];
                column_sums(shape.rows, shape.columns, client.matrix.get() + j,
                            client.p.get() + k * shape.rows, sum);
                std::copy(sum, sum + width, client.q.get() + k * shape.columns + j);
            }
        });
    }
}

void orthonormalise(Device&, const FactorShape& shape, std::span<const MatrixFactors> clients) {
    for (const MatrixFactors& client : clients) {
        for (std::size_t k = 0; k < shape.rank; ++k) {
            orthonormalise_component(shape.rows, client.p.get(), k,
                                     client.p.get() + k * shape.rows);
        }
    }
}

void multiply_factors(Device&, const FactorShape& shape, std::span<const FactorProduct> clients) {
    for (const FactorProduct& client : clients) {
        for_products(shape.rows, shape.columns, shape.rank, client.p.get(), client.q.get(),
                     [&](std::size_t at, float sum) { client.matrix.get()[at] = sum; });
    }
}

} // namespace

void low_rank_contracts(Backend& backend) {
    backend.set(kernels::start_factors, start_factors);
    backend.set(kernels::multiply_rows, multiply_rows);
    backend.set(kernels::multiply_columns, multiply_columns);
    backend.set(kernels::orthonormalise, orthonormalise);
    backend.set(kernels::multiply_factors, multiply_factors);
}

} // namespace fedmrn::kernels::cpu
