// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "cublas/product.hpp"

#include <algorithm>
#include <bit>
#include <vector>

#include "simt/tensor.hpp"

namespace simt::detail {
namespace {

float load(const void* p, std::size_t i, cudaDataType_t type) {
    switch (type) {
    case CUDA_R_16F:
        return __half2float(static_cast<const __half*>(p)[i]);
    case CUDA_R_16BF:
        return __bfloat162float(static_cast<const __nv_bfloat16*>(p)[i]);
    default:
        return static_cast<const float*>(p)[i];
    }
}
void store(void* p, std::size_t i, cudaDataType_t type, float value) {
    switch (type) {
    case CUDA_R_16F:
        static_cast<__half*>(p)[i] = __float2half(value);
        break;
    case CUDA_R_16BF:
        static_cast<__nv_bfloat16*>(p)[i] = __float2bfloat16(value);
        break;
    default:
        static_cast<float*>(p)[i] = value;
    }
}

/// op(X) as a dense rows × columns matrix of floats, column-major.
std::vector<float> dense(const void* x, cublasOperation_t op, std::int64_t rows,
                         std::int64_t columns, std::int64_t ld, cudaDataType_t type, bool tf32) {
    std::vector<float> out(static_cast<std::size_t>(rows * columns));
    for (std::int64_t j = 0; j < columns; ++j) {
        for (std::int64_t i = 0; i < rows; ++i) {
            const std::int64_t from = op == CUBLAS_OP_N ? i + j * ld : j + i * ld;
            const float value = load(x, static_cast<std::size_t>(from), type);
            out[static_cast<std::size_t>(i + j * rows)] =
                tf32 ? std::bit_cast<float>(to_tf32(value)) : value;
        }
    }
    return out;
}

bool known(cudaDataType_t type) {
    return type == CUDA_R_32F || type == CUDA_R_16F || type == CUDA_R_16BF;
}

} // namespace

std::size_t size_of(cudaDataType_t type) { return type == CUDA_R_32F ? 4 : 2; }

bool ProductShape::valid() const {
    const auto fits = [](cublasOperation_t op, std::int64_t rows, std::int64_t columns,
                         std::int64_t ld) {
        return ld >= std::max<std::int64_t>(1, op == CUBLAS_OP_N ? rows : columns);
    };
    return m >= 0 && n >= 0 && k >= 0 && fits(a, m, k, lda) && fits(b, k, n, ldb) &&
           fits(CUBLAS_OP_N, m, n, ldc);
}

bool ProductTypes::supported() const {
    return known(a) && a == b && known(c) && (c == CUDA_R_32F || c == a);
}

void multiply(const ProductShape& s, const ProductTypes& types, float alpha, const void* a,
              const void* b, float beta, void* c) {
    if (s.m == 0 || s.n == 0) return;
    const bool tf32 = types.tf32 && types.a == CUDA_R_32F;
    const auto left = dense(a, s.a, s.m, s.k, s.lda, types.a, tf32);
    const auto right = dense(b, s.b, s.k, s.n, s.ldb, types.b, tf32);
    const auto m = static_cast<std::size_t>(s.m), k = static_cast<std::size_t>(s.k);
    std::vector<float> sum(m);
    for (std::size_t j = 0; j < static_cast<std::size_t>(s.n); ++j) {
        std::fill(sum.begin(), sum.end(), 0.0F);
        for (std::size_t p = 0; p < k; ++p) {
            const float factor = right[p + j * k];
            for (std::size_t i = 0; i < m; ++i) sum[i] += left[i + p * m] * factor;
        }
        for (std::size_t i = 0; i < m; ++i) {
            const std::size_t at = i + j * static_cast<std::size_t>(s.ldc);
            const float before = beta == 0 ? 0.0F : beta * load(c, at, types.c);
            store(c, at, types.c, alpha * sum[i] + before);
        }
    }
}

} // namespace simt::detail
