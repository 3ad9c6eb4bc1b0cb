// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include <cublas_v2.h>
#include <cuda_runtime_api.h>

#include "bench/cuda/cuda.hpp"
#include "bench/support/setup.hpp"
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

/// A matrix of random numbers: a GPU multiplies equal ones faster, since they take less power.
struct DeviceArray {
    explicit DeviceArray(Real real) {
        kernels::cuda::check(cudaMalloc(&data, elements * size_of(real)), "reserving a matrix");
        // again and again, a prime number of them, so that no two columns are equal
        const std::vector<float> values = random_floats(1'000'003);
        std::vector<formula::Bf16> narrow(values.size());
        std::transform(values.begin(), values.end(), narrow.begin(),
                       formula::from_float<formula::Bf16>);
        const void* from = narrow.data();
        if (real == Real::f32) {
            from = values.data();
        }
        for (std::size_t at = 0; at < elements; at += values.size()) {
            const std::size_t count = std::min(values.size(), elements - at);
            kernels::cuda::check(cudaMemcpy(static_cast<std::byte*>(data) + at * size_of(real),
                                            from, count * size_of(real), cudaMemcpyHostToDevice),
                                 "filling a matrix");
        }
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
          a_(real), b_(real), c_(real) {
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
