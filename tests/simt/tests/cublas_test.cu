// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <random>

#include <cublas_v2.h>
#include <cuda_bf16.h>
#include <gtest/gtest.h>
#include <simt/device.hpp>

#include "device_array.hpp"

namespace {

std::vector<float> normal(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> draw;
    std::vector<float> values(size);
    for (float& v : values) v = draw(random);
    return values;
}

struct Product {
    cublasOperation_t ta = CUBLAS_OP_N, tb = CUBLAS_OP_N;
    int m = 17, n = 9, k = 23;
    int lda() const { return (ta ? k : m) + 2; }
    int ldb() const { return (tb ? n : k) + 1; }
    int ldc() const { return m + 3; }
    long long size_a() const { return 1LL * lda() * (ta ? m : k); }
    long long size_b() const { return 1LL * ldb() * (tb ? k : n); }
    long long size_c() const { return 1LL * ldc() * n; }
    /// Element (i, j) of op(A) · op(B), in float64.
    double at(const float* a, const float* b, int i, int j) const {
        double sum = 0;
        for (int p = 0; p < k; ++p) {
            sum += double{a[ta ? p + i * lda() : i + p * lda()]} *
                   double{b[tb ? j + p * ldb() : p + j * ldb()]};
        }
        return sum;
    }
};

class Cublas : public testing::Test {
protected:
    Cublas() { cublasCreate(&handle_); }
    ~Cublas() override { cublasDestroy(handle_); }
    cublasHandle_t handle_{};
    const float alpha_ = 1.5F, beta_ = -0.5F, zero_ = 0;
};

TEST_F(Cublas, StridedBatchesInAllTransposes) {
    constexpr int count = 3;
    for (const auto ta : {CUBLAS_OP_N, CUBLAS_OP_T}) {
        for (const auto tb : {CUBLAS_OP_N, CUBLAS_OP_T}) {
            const Product p{ta, tb};
            const auto a = normal(p.size_a() * count, 1), b = normal(p.size_b() * count, 2),
                       before = normal(p.size_c() * count, 3);
            const DeviceArray<float> da(a), db(b), dc(before);
            ASSERT_EQ(cublasSgemmStridedBatched(handle_, ta, tb, p.m, p.n, p.k, &alpha_, da.data(),
                                                p.lda(), p.size_a(), db.data(), p.ldb(), p.size_b(),
                                                &beta_, dc.data(), p.ldc(), p.size_c(), count),
                      CUBLAS_STATUS_SUCCESS);
            const auto c = dc.read();
            for (int q = 0; q < count; ++q) {
                for (int j = 0; j < p.n; ++j) {
                    for (int i = 0; i < p.m; ++i) {
                        const auto at = q * p.size_c() + i + j * p.ldc();
                        const double want =
                            1.5 * p.at(&a[q * p.size_a()], &b[q * p.size_b()], i, j) -
                            0.5 * before[at];
                        ASSERT_NEAR(c[at], want, 1e-4);
                    }
                    for (int i = p.m; i < p.ldc(); ++i) { // padding is left alone
                        const auto at = q * p.size_c() + i + j * p.ldc();
                        ASSERT_EQ(c[at], before[at]);
                    }
                }
            }
        }
    }
}

/// The largest error of a product whose factors are rounded.
template <class T>
double error_of(cublasHandle_t handle, cudaDataType type, cublasComputeType_t how) {
    const Product p;
    const auto a = normal(p.size_a(), 4), b = normal(p.size_b(), 5);
    const std::vector<T> narrow_a(a.begin(), a.end()), narrow_b(b.begin(), b.end());
    const DeviceArray<T> da(narrow_a), db(narrow_b);
    const DeviceArray<float> dc(p.size_c());
    const float one = 1, zero = 0;
    const auto status = cublasGemmEx(handle, p.ta, p.tb, p.m, p.n, p.k, &one, da.data(), type,
                                     p.lda(), db.data(), type, p.ldb(), &zero, dc.data(),
                                     CUDA_R_32F, p.ldc(), how, CUBLAS_GEMM_DEFAULT);
    EXPECT_EQ(status, CUBLAS_STATUS_SUCCESS);
    const auto c = dc.read();
    double worst = 0;
    for (int j = 0; j < p.n; ++j) {
        for (int i = 0; i < p.m; ++i) {
            worst = std::max(worst, std::abs(c[i + j * p.ldc()] - p.at(a.data(), b.data(), i, j)));
        }
    }
    return worst;
}

TEST_F(Cublas, PrecisionIsThatOfTheFactors) {
    const double strict = error_of<float>(handle_, CUDA_R_32F, CUBLAS_COMPUTE_32F);
    EXPECT_LT(strict, 1e-5);
    const double tf32 = error_of<float>(handle_, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32);
    EXPECT_GT(tf32, 1e-4);
    EXPECT_LT(tf32, 1e-2);
    const double bf16 = error_of<__nv_bfloat16>(handle_, CUDA_R_16BF, CUBLAS_COMPUTE_32F);
    EXPECT_GT(bf16, tf32);
    EXPECT_LT(bf16, 1e-1);
    cublasSetMathMode(handle_, CUBLAS_TF32_TENSOR_OP_MATH);
    EXPECT_EQ(error_of<float>(handle_, CUDA_R_32F, CUBLAS_COMPUTE_32F), tf32);
}

TEST_F(Cublas, GroupsHaveTheirOwnShapes) {
    const Product p[2] = {{CUBLAS_OP_N, CUBLAS_OP_T, 4, 3, 5}, {CUBLAS_OP_T, CUBLAS_OP_N, 7, 2, 6}};
    const int sizes[2] = {2, 1};
    std::vector<std::vector<float>> a, b;
    std::vector<std::unique_ptr<DeviceArray<float>>> arrays;
    std::vector<float*> pa, pb, pc;
    for (int g = 0, seed = 10; g < 2; ++g) {
        for (int i = 0; i < sizes[g]; ++i) {
            a.push_back(normal(p[g].size_a(), seed++));
            b.push_back(normal(p[g].size_b(), seed++));
            pa.push_back(arrays.emplace_back(new DeviceArray<float>(a.back()))->data());
            pb.push_back(arrays.emplace_back(new DeviceArray<float>(b.back()))->data());
            pc.push_back(arrays.emplace_back(new DeviceArray<float>(p[g].size_c()))->data());
        }
    }
    const DeviceArray<float*> da(pa), db(pb), dc(pc);
    const cublasOperation_t ta[] = {p[0].ta, p[1].ta}, tb[] = {p[0].tb, p[1].tb};
    const int m[] = {p[0].m, p[1].m}, n[] = {p[0].n, p[1].n}, k[] = {p[0].k, p[1].k},
              lda[] = {p[0].lda(), p[1].lda()}, ldb[] = {p[0].ldb(), p[1].ldb()},
              ldc[] = {p[0].ldc(), p[1].ldc()};
    const float one[] = {1, 2}, zero[] = {0, 0};
    ASSERT_EQ(cublasSgemmGroupedBatched(handle_, ta, tb, m, n, k, one, da.data(), lda, db.data(),
                                        ldb, zero, dc.data(), ldc, 2, sizes),
              CUBLAS_STATUS_SUCCESS);
    for (int q = 0; q < 3; ++q) {
        const Product& shape = p[q / 2];
        const auto c = arrays[3 * q + 2]->read();
        EXPECT_NEAR(c[2 + shape.ldc()], one[q / 2] * shape.at(a[q].data(), b[q].data(), 2, 1),
                    1e-5);
    }
}

TEST_F(Cublas, ProductsAreCapturedWithTheirScalars) {
    cudaStream_t stream{};
    cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
    cublasSetStream(handle_, stream);
    const DeviceArray<float> a(std::vector{2.0F}), b(std::vector{3.0F}), c(std::vector{1.0F});
    cudaGraph_t graph{};
    cudaGraphExec_t exec{};
    cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal);
    {
        const float one = 1, half = 0.5F;
        ASSERT_EQ(cublasSgemm(handle_, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, a.data(), 1,
                              b.data(), 1, &half, c.data(), 1),
                  CUBLAS_STATUS_SUCCESS);
    }
    ASSERT_EQ(cudaStreamEndCapture(stream, &graph), cudaSuccess);
    ASSERT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
    cudaGraphLaunch(exec, stream);
    cudaGraphLaunch(exec, stream);
    cudaStreamSynchronize(stream);
    EXPECT_EQ(c.read()[0], 6 + 0.5F * (6 + 0.5F));
    cudaGraphExecDestroy(exec);
    cudaGraphDestroy(graph);
    cudaStreamDestroy(stream);
}

TEST_F(Cublas, WrongArgumentsAreRefused) {
    std::vector<float> host(16);
    const DeviceArray<float> c(16);
    const auto call = [&](const float* a, int lda) {
        return cublasSgemm(handle_, CUBLAS_OP_N, CUBLAS_OP_N, 4, 4, 4, &alpha_, a, lda, a, 4,
                           &zero_, c.data(), 4);
    };
    EXPECT_EQ(call(host.data(), 4), CUBLAS_STATUS_INVALID_VALUE); // host memory
    EXPECT_EQ(call(c.data(), 3), CUBLAS_STATUS_INVALID_VALUE);    // lda < m
    EXPECT_EQ(cublasSetWorkspace(handle_, host.data(), 64), CUBLAS_STATUS_INVALID_VALUE);
}

} // namespace
