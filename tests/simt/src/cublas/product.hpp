// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <cublas_v2.h>

namespace simt::detail {

/// C = alpha · op(A) · op(B) + beta · C, all column-major.
struct ProductShape {
    cublasOperation_t a = CUBLAS_OP_N, b = CUBLAS_OP_N;
    std::int64_t m = 0, n = 0, k = 0;
    std::int64_t lda = 1, ldb = 1, ldc = 1;
    [[nodiscard]] bool valid() const;
};
struct ProductTypes {
    cudaDataType_t a = CUDA_R_32F, b = CUDA_R_32F, c = CUDA_R_32F;
    bool tf32 = false; ///< float32 factors are rounded to tf32, as the tensor cores do
    [[nodiscard]] bool supported() const;
};
std::size_t size_of(cudaDataType_t type);

/// One product; sums are float32. C is not read when beta is 0.
void multiply(const ProductShape& shape, const ProductTypes& types, float alpha, const void* a,
              const void* b, float beta, void* c);

} // namespace simt::detail
