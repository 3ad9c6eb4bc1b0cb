// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cublas_v2.h>
#include <cuda_runtime_api.h>

#include "bench/cuda/cuda.hpp"
#include "fedmrn/error.hpp"
#include "kernels/cuda/check.hpp"

namespace fedmrn::bench {
namespace {

#ifdef FEDMRN_SIMT
constexpr int size = 32; // the simulated GPU only shows that the calls are right
#else
constexpr int size = 8192;
#endif
constexpr auto elements = static_cast<std::size_t>(size) * size;

void check_cublas(cublasStatus_t status, const char* doing) {
    if (status != CUBLAS_STATUS_SUCCESS) {
        throw Error("cublas: " + std::string(doing) + ": status " +
                        std::to_string(static_cast<int>(status)),
                    Fault::run);
    }
}

struct DeviceArray {
    explicit DeviceArray(std::size_t bytes) {
        kernels::cuda::check(cudaMalloc(&data, bytes), "reserving a matrix");
        // 0x3c3c3c3c is 0.0115 in float32, 0x3c3c the same in bf16
        kernels::cuda::check(cudaMemset(data, 0x3c, bytes), "filling a matrix");
    }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;
    ~DeviceArray() { cudaFree(data); }
    void* data = nullptr;
};

class CublasProduct final : public Product {
public:
    CublasProduct(Real real, Precision precision)
        : type_(real == Real::f32 ? CUDA_R_32F : CUDA_R_16BF),
          compute_(real == Real::f32 && precision == Precision::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32
                                                                     : CUBLAS_COMPUTE_32F),
          a_(elements * size_of(real)), b_(elements * size_of(real)), c_(elements * size_of(real)) {
        check_cublas(cublasCreate(&handle_), "opening it");
    }
    CublasProduct(const CublasProduct&) = delete;
    CublasProduct& operator=(const CublasProduct&) = delete;
    ~CublasProduct() override { cublasDestroy(handle_); }

    void run() override {
        const float one = 1, zero = 0;
        check_cublas(cublasGemmEx(handle_, CUBLAS_OP_N, CUBLAS_OP_N, size, size, size, &one,
                                  a_.data, type_, size, b_.data, type_, size, &zero, c_.data, type_,
                                  size, compute_, CUBLAS_GEMM_DEFAULT),
                     "multiplying");
        kernels::cuda::check(cudaDeviceSynchronize(), "waiting for cuBLAS");
    }
    [[nodiscard]] double operations() const override {
        return 2.0 * static_cast<double>(elements) * size;
    }

private:
    cudaDataType_t type_;
    cublasComputeType_t compute_;
    DeviceArray a_, b_, c_;
    cublasHandle_t handle_ = nullptr;
};

} // namespace

std::unique_ptr<Product> cublas_product(Real real, Precision precision) {
    return std::make_unique<CublasProduct>(real, precision);
}

} // namespace fedmrn::bench
