// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "cublas/handle.hpp"
#include "cublas/product.hpp"
#include "simt/memory.hpp"

// cuBLAS's matrix products, queued on the handle's stream.
using namespace simt::detail;

namespace {

/// alpha and beta: host scalars are read at the call, device scalars when the product runs.
struct Scalar {
    Scalar(cublasHandle_t handle, const void* p)
        : device(handle->pointer_mode == CUBLAS_POINTER_MODE_DEVICE),
          pointer(static_cast<const float*>(p)), host(device ? 0.0F : *pointer) {}
    [[nodiscard]] float read() const { return device ? *pointer : host; }
    bool device;
    const float* pointer;
    float host;
};

cublasStatus_t enqueue(cublasHandle_t handle, std::function<void()> work) {
    const bool queued = simt::enqueue(handle->stream, std::move(work)) == cudaSuccess;
    return queued ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

/// Scalars lie where the handle says.
bool scalars_fit(cublasHandle_t handle, const void* alpha, const void* beta) {
    const bool device = handle->pointer_mode == CUBLAS_POINTER_MODE_DEVICE;
    return simt::is_device_pointer(alpha) == device && simt::is_device_pointer(beta) == device;
}

cublasStatus_t strided(cublasHandle_t handle, const ProductShape& shape, const ProductTypes& types,
                       const void* alpha, const void* a, long long a_stride, const void* b,
                       long long b_stride, const void* beta, void* c, long long c_stride,
                       int count) {
    if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (!types.supported()) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (!shape.valid() || count < 0 || !scalars_fit(handle, alpha, beta)) {
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    if (shape.m == 0 || shape.n == 0 || count == 0) return CUBLAS_STATUS_SUCCESS;
    const bool read = shape.k == 0 || (simt::is_device_pointer(a) && simt::is_device_pointer(b));
    if (!read || !simt::is_device_pointer(c)) return CUBLAS_STATUS_INVALID_VALUE;
    const auto at = [](const void* p, long long elements, cudaDataType_t type) {
        return static_cast<const char*>(p) + elements * static_cast<long long>(size_of(type));
    };
    return enqueue(handle, [=, alpha = Scalar(handle, alpha), beta = Scalar(handle, beta)] {
        for (int i = 0; i < count; ++i) {
            multiply(shape, types, alpha.read(), at(a, i * a_stride, types.a),
                     at(b, i * b_stride, types.b), beta.read(),
                     const_cast<char*>(at(c, i * c_stride, types.c)));
        }
    });
}

ProductTypes floats(cublasHandle_t handle) {
    ProductTypes types;
    types.tf32 = handle && handle->math == CUBLAS_TF32_TENSOR_OP_MATH;
    return types;
}
ProductTypes mixed(cublasHandle_t handle, cudaDataType_t a, cudaDataType_t b, cudaDataType_t c,
                   cublasComputeType_t compute) {
    ProductTypes types{a, b, c, false};
    types.tf32 = compute == CUBLAS_COMPUTE_32F_FAST_TF32 ||
                 (compute == CUBLAS_COMPUTE_32F && floats(handle).tf32);
    return types;
}
bool sums_floats(cublasComputeType_t compute) {
    return compute == CUBLAS_COMPUTE_32F || compute == CUBLAS_COMPUTE_32F_PEDANTIC ||
           compute == CUBLAS_COMPUTE_32F_FAST_TF32;
}

} // namespace

extern "C" {
cublasStatus_t cublasSgemm_v2(cublasHandle_t handle, cublasOperation_t ta, cublasOperation_t tb,
                              int m, int n, int k, const float* alpha, const float* a, int lda,
                              const float* b, int ldb, const float* beta, float* c, int ldc) {
    return strided(handle, {ta, tb, m, n, k, lda, ldb, ldc}, floats(handle), alpha, a, 0, b, 0,
                   beta, c, 0, 1);
}
cublasStatus_t cublasSgemmStridedBatched(cublasHandle_t handle, cublasOperation_t ta,
                                         cublasOperation_t tb, int m, int n, int k,
                                         const float* alpha, const float* a, int lda, long long sa,
                                         const float* b, int ldb, long long sb, const float* beta,
                                         float* c, int ldc, long long sc, int count) {
    return strided(handle, {ta, tb, m, n, k, lda, ldb, ldc}, floats(handle), alpha, a, sa, b, sb,
                   beta, c, sc, count);
}
cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t ta, cublasOperation_t tb,
                            int m, int n, int k, const void* alpha, const void* a,
                            cudaDataType type_a, int lda, const void* b, cudaDataType type_b,
                            int ldb, const void* beta, void* c, cudaDataType type_c, int ldc,
                            cublasComputeType_t compute, cublasGemmAlgo_t) {
    if (!sums_floats(compute)) return CUBLAS_STATUS_NOT_SUPPORTED;
    return strided(handle, {ta, tb, m, n, k, lda, ldb, ldc},
                   mixed(handle, type_a, type_b, type_c, compute), alpha, a, 0, b, 0, beta, c, 0,
                   1);
}
cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t handle, cublasOperation_t ta,
                                          cublasOperation_t tb, int m, int n, int k,
                                          const void* alpha, const void* a, cudaDataType type_a,
                                          int lda, long long sa, const void* b, cudaDataType type_b,
                                          int ldb, long long sb, const void* beta, void* c,
                                          cudaDataType type_c, int ldc, long long sc, int count,
                                          cublasComputeType_t compute, cublasGemmAlgo_t) {
    if (!sums_floats(compute)) return CUBLAS_STATUS_NOT_SUPPORTED;
    return strided(handle, {ta, tb, m, n, k, lda, ldb, ldc},
                   mixed(handle, type_a, type_b, type_c, compute), alpha, a, sa, b, sb, beta, c, sc,
                   count);
}
/// Shapes and scalars are host arrays with one element a group; the pointers are device arrays with
/// one element a product.
cublasStatus_t cublasSgemmGroupedBatched(cublasHandle_t handle, const cublasOperation_t ta[],
                                         const cublasOperation_t tb[], const int m[], const int n[],
                                         const int k[], const float alpha[], const float* const a[],
                                         const int lda[], const float* const b[], const int ldb[],
                                         const float beta[], float* const c[], const int ldc[],
                                         int groups, const int group_size[]) {
    if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (!simt::is_device_pointer(a) || !simt::is_device_pointer(b) || !simt::is_device_pointer(c)) {
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    struct Group {
        ProductShape shape;
        float alpha, beta;
        int size;
    };
    std::vector<Group> list;
    for (int g = 0; g < groups; ++g) {
        const ProductShape shape{ta[g], tb[g], m[g], n[g], k[g], lda[g], ldb[g], ldc[g]};
        if (!shape.valid() || group_size[g] < 0) return CUBLAS_STATUS_INVALID_VALUE;
        list.push_back({shape, alpha[g], beta[g], group_size[g]});
    }
    return enqueue(handle, [=, types = floats(handle), list = std::move(list)] {
        std::size_t i = 0;
        for (const Group& group : list) {
            for (int q = 0; q < group.size; ++q, ++i) {
                multiply(group.shape, types, group.alpha, a[i], b[i], group.beta, c[i]);
            }
        }
    });
}
}
